import { inspect } from "node:util";

const hidden = "<hidden>";

/**
 * A secret on its way through the program. It prints, serialises and interpolates as `<hidden>`; only `reveal`
 * gives the value, at the place where it leaves for the system that needs it.
 */
export class Sensitive {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [inspect.custom](): string {
    return hidden;
  }
}
