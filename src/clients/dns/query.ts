import { decode, encode, type Answer, type DecodedPacket, type RecordType } from "dns-packet";
import { MoorlineError } from "../../model/errors.ts";
import { exchange, serverName, type DnsServer } from "./exchange.ts";
import { canonicalName, codeName, responseCode } from "./wire.ts";

/** How questions are asked. */
export interface Asking {
  randomBytes(length: number): Uint8Array;
  readonly signal: AbortSignal;
}

export interface Response {
  /** `NOERROR`, `NXDOMAIN`, … */
  readonly code: string;
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
}

export const newId = (random: Pick<Asking, "randomBytes">): number =>
  Buffer.from(random.randomBytes(2)).readUInt16BE(0);

/**
 * Asks one server, without recursion: what it knows itself is what counts.
 * @throws DNS_UNREACHABLE, DNS_ANSWER_UNREADABLE, CANCELLED
 */
export async function ask(
  server: DnsServer,
  name: string,
  type: RecordType,
  asking: Asking,
): Promise<Response> {
  const question = { name: canonicalName(name), type };
  const message = encode({ type: "query", id: newId(asking), flags: 0, questions: [question] });
  const answer = await exchange(message, server, asking.signal);
  const { answers = [], authorities = [] } = parse(answer, server);
  return { code: codeName(responseCode(answer)), answers, authorities };
}

function parse(message: Buffer, server: DnsServer): DecodedPacket {
  try {
    return decode(message);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : "?";
    throw new MoorlineError("DNS_ANSWER_UNREADABLE", {
      subject: serverName(server),
      parameters: { reason },
      cause: thrown,
    });
  }
}

/** The texts of TXT records at a name, each as one string. */
export const textsOf = ({ answers }: Response): readonly string[] =>
  answers.flatMap((answer) => {
    if (answer.type !== "TXT") return [];
    const parts = Array.isArray(answer.data) ? answer.data : [answer.data];
    return [parts.map((part) => Buffer.from(part as string).toString("latin1")).join("")];
  });
