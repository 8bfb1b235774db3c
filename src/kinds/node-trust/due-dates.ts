import { partOf, type DueDate } from "../../engine/due-date.ts";
import { describeError, fromUnknown } from "../../model/errors.ts";
import { certificatePem, readCertificates, type Certificate } from "../../pki/certificate.ts";
import { message } from "../../text/message.ts";
import { digestOf } from "../harbor-certificate/pair.ts";
import type { World } from "../world.ts";
import { gather, type Gathered, type NodeDocument } from "./gather.ts";
import { nodeWorld, type TrustNode } from "./nodes.ts";
import { readRecord } from "./record.ts";
import type { Runtime } from "./runtime.ts";

const month = 30 * 86_400_000;

/** A due date, and the document that it belongs to. */
export type NodeDueDate = DueDate & { readonly document: string };

/**
 * What of one node's files ends: the authorities that its runtimes trust and the client certificates that they show,
 * read where they are. A node that is not reached is one unknown item with the reason.
 */
export async function nodeDueDates(
  node: TrustNode<NodeDocument>,
  world: World,
  signal: AbortSignal,
): Promise<readonly NodeDueDate[]> {
  const dates: NodeDueDate[] = [];
  for (const document of node.documents) {
    const name = `${document.kind}/${document.metadata.name}`;
    try {
      const there = await nodeWorld(node, world);
      const found = await ofDocument(document, node.name, there, signal);
      dates.push(...found.map((date) => ({ ...date, document: name })));
    } catch (thrown) {
      signal.throwIfAborted();
      const error = fromUnknown(thrown, node.name);
      const reason = { en: describeError(error, "en").what, zh: describeError(error, "zh-CN").what };
      const unknown = message("status.unknownError", { reason });
      dates.push({ ...unread(node.name), unknown, document: name });
    }
  }
  return dates;
}

/** Whether a document that lists no nodes was carried out on this machine. */
export async function isCarriedOutHere({ spec, metadata }: NodeDocument, { host }: World): Promise<boolean> {
  const { files } = await readRecord(host, spec.paths.state, metadata.name);
  return Object.keys(files).length > 0;
}

/** A node of which nothing is known; the reason is for the caller to say. */
export const unread = (where: string): Omit<DueDate, "unknown"> => ({
  type: "trust",
  what: message("status.node"),
  where,
  renewedBy: message("status.byNode"),
});

async function ofDocument(
  document: NodeDocument,
  node: string,
  world: World,
  signal: AbortSignal,
): Promise<readonly DueDate[]> {
  const gathered = await gather(document, world, signal);
  const dates: DueDate[] = [];
  for (const runtime of gathered.runtimes) dates.push(...(await ofRuntime(runtime, gathered, node, world)));
  return dates;
}

async function ofRuntime(
  runtime: Runtime,
  { ca, client, record }: Gathered,
  node: string,
  { host }: World,
): Promise<readonly DueDate[]> {
  const read = async (path: string): Promise<readonly Certificate[]> => {
    const text = (await host.readFile(path))?.bytes.toString("utf8") ?? "";
    return text.includes("BEGIN ") ? readCertificates(text, path) : [];
  };
  const dates: DueDate[] = [];
  if (runtime.bundle !== undefined) {
    const { path } = runtime.bundle;
    const ours = new Set([...readCertificates(ca ?? "").map(fingerprint), ...record.authorities]);
    // Authorities that somebody else put into the same file are theirs to watch.
    const found = (await read(path)).filter((certificate) => ours.has(fingerprint(certificate)));
    dates.push(...found.map((certificate) => authority(certificate, runtime, `${node}:${path}`)));
    if (found.length === 0) dates.push({ ...unread(node), unknown: message("status.unknownFile", { path }) });
  }
  for (const { path } of runtime.files.filter((file) => file.text === client?.certificate)) {
    const [leaf] = await read(path);
    dates.push(
      leaf === undefined
        ? { ...unread(node), unknown: message("status.unknownFile", { path }) }
        : clientPair(leaf, client?.certificate ?? "", runtime, `${node}:${path}`),
    );
  }
  return dates;
}

const fingerprint = (certificate: Certificate): string => digestOf(certificatePem(certificate));

function authority({ subject, notAfter }: Certificate, { name }: Runtime, where: string): DueDate {
  return {
    type: "trust",
    what: message("status.nodeAuthority", { runtime: name, name: subject.text }),
    where,
    expiresAt: notAfter.toISOString(),
    dueAt: new Date(notAfter.getTime() - month).toISOString(),
    renewedBy: message("status.byRollover"),
  };
}

/** Due from when a newer one is at hand; else shortly before its end, for by then its issuer should have replaced it. */
function clientPair(leaf: Certificate, wanted: string, { name }: Runtime, where: string): DueDate {
  const [newest] = readCertificates(wanted);
  const [begin, end] = [leaf.notBefore.toISOString(), leaf.notAfter.toISOString()];
  const isNewest = newest !== undefined && fingerprint(newest) === fingerprint(leaf);
  const last = partOf(begin, end, 5 / 6);
  const replaced = newest?.notBefore.toISOString() ?? last;
  return {
    type: "client",
    what: message("status.nodeClient", { runtime: name, name: leaf.subject.text }),
    where,
    since: begin,
    expiresAt: end,
    dueAt: isNewest || replaced > last ? last : replaced,
    renewedBy: message("status.byNode"),
  };
}
