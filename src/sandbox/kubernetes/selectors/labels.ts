import { labelsOf, type ApiObject } from "../object.ts";
import { badRequest } from "../status.ts";

export type Selector = (object: ApiObject) => boolean;

interface Requirement {
  readonly key: string;
  readonly operator: "=" | "!=" | "in" | "notin" | "exists" | "!" | ">" | "<";
  readonly values: readonly string[];
}

/** `a=b,c!=d,e in (f,g),h,!i`: true for objects whose labels meet all of it. @throws ApiError 400 */
export function labelSelector(text: string): Selector {
  const requirements = new Parser(text).requirements();
  return (object) => {
    const labels = labelsOf(object);
    return requirements.every((requirement) => meets(labels[requirement.key], requirement));
  };
}

function meets(value: unknown, { operator, values }: Requirement): boolean {
  const is = typeof value === "string";
  switch (operator) {
    case "exists":
      return is;
    case "!":
      return !is;
    case "=":
    case "in":
      return is && values.includes(value);
    case "!=":
    case "notin":
      return !is || !values.includes(value);
    case ">":
      return is && Number(value) > Number(values[0]);
    default:
      return is && Number(value) < Number(values[0]);
  }
}

// Identifiers are everything but these marks and white space.
const tokens = /\s*(==|!=|[=!<>(),]|[^\s=!<>(),]+)/y;
const marks = new Set(["==", "!=", "=", "!", "<", ">", "(", ")", ","]);

class Parser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = [...text.matchAll(new RegExp(tokens.source, "g"))].map((match) => match[1] as string);
  }

  requirements(): readonly Requirement[] {
    const found: Requirement[] = [];
    while (this.#peek() !== undefined) {
      found.push(this.#requirement());
      if (this.#peek() === undefined) break;
      if (this.#next() !== ",") throw unexpected(this.#tokens[this.#at - 1], "',' or 'end of string'");
    }
    return found;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #next(): string | undefined {
    this.#at += 1;
    return this.#tokens[this.#at - 1];
  }

  #identifier(): string {
    const token = this.#next();
    if (token === undefined || marks.has(token)) throw unexpected(token, "identifier");
    return token;
  }

  #requirement(): Requirement {
    if (this.#peek() === "!") {
      this.#next();
      return { key: this.#identifier(), operator: "!", values: [] };
    }
    const key = this.#identifier();
    const operator = this.#peek();
    if (operator === undefined || operator === ",") return { key, operator: "exists", values: [] };
    this.#next();
    if (operator === "in" || operator === "notin") return { key, operator, values: this.#set() };
    const symbol = operator === "==" ? "=" : operator;
    if (symbol !== "=" && symbol !== "!=" && symbol !== ">" && symbol !== "<") {
      throw unexpected(operator, "in, notin, =, ==, !=, gt, lt");
    }
    return { key, operator: symbol, values: [this.#value()] };
  }

  // A missing value is the empty string.
  #value(): string {
    const token = this.#peek();
    if (token === undefined || token === ",") return "";
    return this.#identifier();
  }

  #set(): readonly string[] {
    if (this.#next() !== "(") throw unexpected(this.#tokens[this.#at - 1], "'('");
    const values: string[] = [];
    while (this.#peek() !== ")") {
      values.push(this.#identifier());
      if (this.#peek() === ",") this.#next();
      else if (this.#peek() !== ")") throw unexpected(this.#peek(), "',', or ')'");
    }
    this.#next();
    return values;
  }
}

function unexpected(found: string | undefined, expected: string): Error {
  return badRequest(`unable to parse requirement: found '${found ?? ""}', expected: ${expected}`);
}
