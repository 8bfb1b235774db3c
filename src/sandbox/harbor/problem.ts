/** A refusal as Harbor words it (facts/harbor.md §1.1): status, code, message. */
export class HarborProblem extends Error {
  override readonly name = "HarborProblem";
  readonly status: number;
  readonly code: string;
  readonly detail: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { readonly detail?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.detail = more.detail;
    this.headers = more.headers ?? {};
  }
}

export const badRequest = (message: string): HarborProblem => new HarborProblem(400, "BAD_REQUEST", message);
export const unauthorized = (): HarborProblem => new HarborProblem(401, "UNAUTHORIZED", "unauthorized");
export const forbidden = (message = "forbidden"): HarborProblem =>
  new HarborProblem(403, "FORBIDDEN", message);
export const denied = (message: string): HarborProblem => new HarborProblem(403, "DENIED", message);
export const notFound = (message: string): HarborProblem => new HarborProblem(404, "NOT_FOUND", message);
export const conflict = (message: string): HarborProblem => new HarborProblem(409, "CONFLICT", message);
export const precondition = (message: string): HarborProblem =>
  new HarborProblem(412, "PRECONDITION", message);
export const unprocessable = (message: string): HarborProblem =>
  new HarborProblem(422, "UNPROCESSABLE_ENTITY", `validation failure list:\n${message}`);

/** The answer to a request that failed; what is not Harbor's own refusal is flattened to 500, as Harbor does. */
export function problemResponse(thrown: unknown): Response {
  const problem =
    thrown instanceof HarborProblem ? thrown : new HarborProblem(500, "UNKNOWN", "internal server error");
  const detail = problem.detail === undefined ? {} : { detail: problem.detail };
  return new Response(
    JSON.stringify({ errors: [{ code: problem.code, message: problem.message, ...detail }] }),
    {
      status: problem.status,
      headers: { "content-type": "application/json; charset=utf-8", ...problem.headers },
    },
  );
}
