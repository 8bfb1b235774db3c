import type { JsonObject } from "./json.ts";

/** What a refused request is answered with: the `Status` that the real API server writes. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: number;
  readonly reason: string | undefined;
  readonly details: StatusDetails | undefined;

  constructor(code: number, reason: string | undefined, message: string, details?: StatusDetails) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  toStatus(): JsonObject {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      ...(this.reason === undefined ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: detailsJson(this.details) }),
      code: this.code,
    };
  }
}

export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** The group and the plural (or the kind, where the real server says the kind) that an error speaks of. */
export interface Subject {
  readonly group: string;
  readonly name: string;
}

function detailsJson(details: StatusDetails): JsonObject {
  const { causes, ...rest } = details;
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== "" && value !== undefined)),
    ...(causes === undefined ? {} : { causes: causes.map((cause) => ({ ...cause })) }),
  };
}

/** `secrets` or `widgets.example.com`: how messages name a kind of thing. */
function qualified(subject: Subject): string {
  return subject.group === "" ? subject.name : `${subject.name}.${subject.group}`;
}

export function notFound(subject: Subject, name: string): ApiError {
  return new ApiError(404, "NotFound", `${qualified(subject)} "${name}" not found`, detailsOf(subject, name));
}

export function alreadyExists(subject: Subject, name: string): ApiError {
  const message = `${qualified(subject)} "${name}" already exists`;
  return new ApiError(409, "AlreadyExists", message, detailsOf(subject, name));
}

export function conflict(subject: Subject, name: string, reason: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualified(subject)} "${name}": ${reason}`;
  return new ApiError(409, "Conflict", message, detailsOf(subject, name));
}

export function modified(subject: Subject, name: string): ApiError {
  return conflict(
    subject,
    name,
    "the object has been modified; please apply your changes to the latest version and try again",
  );
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, "BadRequest", message);
}

export function internalError(message: string): ApiError {
  return new ApiError(500, undefined, message);
}

export function forbidden(
  subject: Subject,
  name: string,
  why: string,
  causes?: readonly StatusCause[],
): ApiError {
  const what = name === "" ? qualified(subject) : `${qualified(subject)} "${name}"`;
  const details = { ...detailsOf(subject, name), ...(causes === undefined ? {} : { causes }) };
  return new ApiError(403, "Forbidden", `${what} is forbidden: ${why}`, details);
}

export function unauthorized(): ApiError {
  return new ApiError(401, "Unauthorized", "Unauthorized");
}

export function unknownResource(): ApiError {
  return new ApiError(404, "NotFound", "the server could not find the requested resource", {});
}

export function methodNotAllowed(): ApiError {
  return new ApiError(
    405,
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
    {},
  );
}

export function expired(message: string): ApiError {
  return new ApiError(410, "Expired", message);
}

export function tooLarge(limit: number): ApiError {
  const message = `Request entity too large: limit is ${limit}`;
  return new ApiError(413, "RequestEntityTooLarge", message);
}

/** One thing wrong with a field, as `field.Error` of apimachinery tells it. */
export interface FieldError {
  readonly reason:
    | "FieldValueRequired"
    | "FieldValueInvalid"
    | "FieldValueNotSupported"
    | "FieldValueDuplicate"
    | "FieldValueForbidden"
    | "FieldValueTooLong"
    | "FieldValueTooMany";
  readonly field: string;
  /** The message without the field, beginning with the sort of error: `Required value: …`. */
  readonly message: string;
}

/** 422 with every field error; `subject.name` is the kind here (the plural, in one case of the real server). */
export function invalid(subject: Subject, name: string, errors: readonly FieldError[]): ApiError {
  const texts = errors.map((error) => `${error.field}: ${error.message}`);
  const what = texts.length === 1 ? (texts[0] as string) : `[${texts.join(", ")}]`;
  const causes = errors.map(({ reason, message, field }) => ({ reason, message, field }));
  return new ApiError(422, "Invalid", `${qualified(subject)} "${name}" is invalid: ${what}`, {
    ...detailsOf(subject, name),
    causes,
  });
}

export const required = (field: string, detail?: string): FieldError => ({
  reason: "FieldValueRequired",
  field,
  message: detail === undefined ? "Required value" : `Required value: ${detail}`,
});

export const invalidValue = (field: string, value: string, detail: string): FieldError => ({
  reason: "FieldValueInvalid",
  field,
  message: `Invalid value: ${value}: ${detail}`,
});

export const unsupportedValue = (field: string, value: string, supported: readonly string[]): FieldError => ({
  reason: "FieldValueNotSupported",
  field,
  message: `Unsupported value: ${value}: supported values: ${supported.map((one) => JSON.stringify(one)).join(", ")}`,
});

export const duplicateValue = (field: string, value: string): FieldError => ({
  reason: "FieldValueDuplicate",
  field,
  message: `Duplicate value: ${value}`,
});

export const forbiddenField = (field: string, detail: string): FieldError => ({
  reason: "FieldValueForbidden",
  field,
  message: `Forbidden: ${detail}`,
});

function detailsOf(subject: Subject, name: string): StatusDetails {
  return { name, group: subject.group, kind: subject.name };
}

/** What a deletion that left nothing behind is answered with. */
export function deletedStatus(subject: Subject, name: string, uid: string): JsonObject {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: detailsJson({ ...detailsOf(subject, name), uid }),
  };
}
