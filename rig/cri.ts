import { connect as connectHttp2, type ClientHttp2Session, type IncomingHttpHeaders } from "node:http2";
import { connect } from "node:net";

/** Somebody who may pull. */
interface Credential {
  readonly name: string;
  readonly secret: string;
}

/** What the kubelet says to containerd about images: CRI's ImageService over gRPC (k8s.io/cri-api, runtime/v1/api.proto). */
export interface Cri extends Disposable {
  /** Resolves once the image is pulled and unpacked. @throws Error with the words that the kubelet puts into its event */
  pullImage(image: string, credential: Credential | undefined, timeoutMs: number): Promise<void>;
  /** Forgets the image; its content is collected. */
  removeImage(image: string, timeoutMs: number): Promise<void>;
}

/** @param socketPath containerd's */
export function openCri(socketPath: string): Cri {
  let session: ClientHttp2Session | undefined;
  const open = (): ClientHttp2Session => {
    if (session === undefined || session.closed || session.destroyed) {
      session = connectHttp2("http://localhost", { createConnection: () => connect(socketPath) });
      // Whoever waits for an answer hears of it through the request; the next request opens another session.
      session.on("error", () => undefined);
    }
    return session;
  };
  return {
    pullImage: async (image, credential, timeoutMs) => {
      const auth =
        credential === undefined ? [] : [field(2, [field(1, credential.name), field(2, credential.secret)])];
      await call(open(), "PullImage", Buffer.concat([field(1, [field(1, image)]), ...auth]), timeoutMs);
    },
    removeImage: async (image, timeoutMs) => {
      await call(open(), "RemoveImage", field(1, [field(1, image)]), timeoutMs);
    },
    [Symbol.dispose]() {
      session?.destroy();
    },
  };
}

/** One unary call (gRPC over HTTP/2: a prefix of five bytes, then the message; the outcome stands in the trailers). */
async function call(
  session: ClientHttp2Session,
  method: string,
  message: Buffer,
  timeoutMs: number,
): Promise<void> {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  const stream = session.request({
    ":method": "POST",
    ":path": `/runtime.v1.ImageService/${method}`,
    "content-type": "application/grpc",
    te: "trailers",
  });
  return new Promise((resolve, reject) => {
    let answered = false;
    const settle = (headers: IncomingHttpHeaders): void => {
      const status = single(headers["grpc-status"]);
      if (status === undefined) return;
      answered = true;
      const said = single(headers["grpc-message"]) ?? `grpc status ${status}`;
      if (status === "0") resolve();
      else reject(new Error(decodeURIComponent(said)));
    };
    stream.setTimeout(timeoutMs, () => stream.destroy(new Error(`${method}: no answer in ${timeoutMs} ms`)));
    stream.on("response", settle).on("trailers", settle).on("error", reject).resume();
    stream.on("close", () => {
      if (!answered) reject(new Error(`${method}: the connection ended without an answer`));
    });
    stream.end(Buffer.concat([prefix, message]));
  });
}

const single = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === "string" ? value : value?.[0];

/** A field of protobuf's wire type 2: a string, or a message made of fields. */
function field(number: number, content: string | readonly Buffer[]): Buffer {
  const bytes = typeof content === "string" ? Buffer.from(content) : Buffer.concat(content);
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(bytes.length)]), bytes]);
}

function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
