import type { JsonObject } from "../json.ts";

const info = { title: "Kubernetes", version: "v1.20.2+moorline-sandbox" };

/** An OpenAPI 2 document that declares nothing: clients that look a kind up in it and find none leave validation to the server. */
export const openApiDocument: JsonObject = { swagger: "2.0", info, paths: {}, definitions: {} };

/** The same as the protobuf that kubectl asks for: gnostic's openapi.v2.Document. */
export function openApiProtobuf(): Buffer {
  const document = Buffer.concat([
    field(1, "2.0"),
    field(2, Buffer.concat([field(1, info.title), field(2, info.version)])),
    field(8, Buffer.alloc(0)),
  ]);
  return document;
}

// A length-delimited field of the protobuf encoding; all of ours are shorter than 128 bytes.
function field(number: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}
