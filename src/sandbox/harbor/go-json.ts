/** The words of Go's encoding/json for bytes that are not JSON, which Harbor passes on to its callers. */
export function goSyntaxError(text: string): string {
  const scanner = new Scanner(text);
  try {
    scanner.value("looking for beginning of value");
    scanner.end();
  } catch (error) {
    if (error instanceof SyntaxFault) return error.message;
    throw error;
  }
  return "unexpected end of JSON input";
}

class SyntaxFault extends Error {}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(context: string): void {
    const c = this.#peek();
    if (c === "{") this.#object();
    else if (c === "[") this.#array();
    else if (c === '"') this.#string();
    else this.#literal(context);
  }

  end(): void {
    if (this.#skip() !== undefined) this.#fail("after top-level value");
  }

  #object(): void {
    this.#at++;
    if (this.#peek() === "}") return void this.#at++;
    for (;;) {
      if (this.#peek() !== '"') this.#fail("looking for beginning of object key string");
      this.#string();
      if (this.#peek() !== ":") this.#fail("after object key");
      this.#at++;
      this.value("looking for beginning of value");
      const c = this.#peek();
      if (c !== "," && c !== "}") this.#fail("after object key:value pair");
      this.#at++;
      if (c === "}") return;
    }
  }

  #array(): void {
    this.#at++;
    if (this.#peek() === "]") return void this.#at++;
    for (;;) {
      this.value("looking for beginning of value");
      const c = this.#peek();
      if (c !== "," && c !== "]") this.#fail("after array element");
      this.#at++;
      if (c === "]") return;
    }
  }

  #string(): void {
    const match = /"(?:[^"\\]|\\.)*"/sy;
    match.lastIndex = this.#at;
    if (!match.test(this.#text)) throw new SyntaxFault("unexpected end of JSON input");
    this.#at = match.lastIndex;
  }

  #literal(context: string): void {
    const match = /true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    match.lastIndex = this.#at;
    if (!match.test(this.#text)) this.#fail(context);
    this.#at = match.lastIndex;
  }

  #skip(): string | undefined {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at++;
    return this.#text[this.#at];
  }

  #peek(): string {
    const c = this.#skip();
    if (c === undefined) throw new SyntaxFault("unexpected end of JSON input");
    return c;
  }

  #fail(context: string): never {
    throw new SyntaxFault(`invalid character '${this.#text[this.#at]}' ${context}`);
  }
}
