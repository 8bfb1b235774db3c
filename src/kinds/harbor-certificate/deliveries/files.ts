import { dirname } from "node:path/posix";
import { message } from "../../../text/message.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import type { World } from "../../world.ts";
import type { CertificateContext, CertificateStep } from "../action.ts";
import { pathsOf, wantedFiles, type WantedFile } from "../contents.ts";
import type { CertificateDocument } from "../gathered.ts";
import type { CopyState, ObservedCertificate, ObservedCopy } from "../observed.ts";
import { requirePair, type IssuedPair } from "../pair.ts";
import { provePair } from "../prove-pair.ts";
import type { Before, Delivery, DeliveryContext } from "./delivery.ts";
import { deliveryReason, requireDeliverable } from "./reason.ts";

/** Files on the machine that is meant. */
export const filesDelivery: Delivery = {
  observe: async (context) => ({ files: await observe(context) }),
  plan,
  planRemoval,
  run: async (action, context) => {
    if (action.type === "deliver-files") await deliver(action.index, context);
    else if (action.type === "remove-files") await remove(action.index, context);
    else return false;
    return true;
  },
  verify: async (context) => {
    const { document, world } = context;
    const pairs = document.spec.deliver.files.flatMap(({ of, certificate, privateKey }) =>
      certificate === undefined || privateKey === undefined ? [] : [{ of, certificate, privateKey }],
    );
    return await Promise.all(
      pairs.map(({ of, certificate, privateKey }) =>
        provePair(context, of, certificate, () => readPairOf(certificate, privateKey, world)),
      ),
    );
  },
};

async function observe({ document, gathered, world }: DeliveryContext): Promise<readonly ObservedCopy[]> {
  const copies: ObservedCopy[] = [];
  for (const delivery of document.spec.deliver.files) {
    const wanted = await wantedFiles(delivery, gathered, document, world);
    for (const path of pathsOf(delivery)) {
      const file = wanted?.find((w) => w.path === path);
      copies.push({ at: path, state: await stateOfFile(path, file, world) });
    }
  }
  return copies;
}

async function stateOfFile(path: string, wanted: WantedFile | undefined, world: World): Promise<CopyState> {
  const found = await world.host.readFile(path);
  if (found === undefined) return "absent";
  const same =
    wanted !== undefined &&
    found.bytes.equals(wanted.bytes) &&
    found.mode === wanted.mode &&
    (wanted.uid ?? found.uid) === found.uid &&
    (wanted.gid ?? found.gid) === found.gid;
  return same ? "same" : "differs";
}

function plan(
  { spec }: CertificateDocument,
  observed: ObservedCertificate,
  before: Before,
): readonly CertificateStep[] {
  return spec.deliver.files.flatMap((delivery, index): CertificateStep[] => {
    const paths = pathsOf(delivery);
    const copies = observed.files.filter((c) => paths.includes(c.at) && c.state !== "same");
    const after = before(delivery.of, delivery.crl !== undefined);
    if (copies.length === 0 && after.length === 0) return [];
    const isNew = copies.length === paths.length && copies.every((c) => c.state === "absent");
    return [
      {
        id: `files/${paths[0] ?? index}`,
        change: isNew ? "create" : "update",
        title: message("harborCertificate.deliverFiles", { of: delivery.of, paths: paths.join(", ") }),
        target: paths[0] ?? "",
        reason: deliveryReason(after.length > 0, isNew),
        after,
        action: { type: "deliver-files", index },
      },
    ];
  });
}

function planRemoval(
  { spec }: CertificateDocument,
  observed: ObservedCertificate,
  reason: CertificateStep["reason"],
): readonly CertificateStep[] {
  return spec.deliver.files.flatMap((delivery, index): CertificateStep[] => {
    const copies = observed.files.filter((c) => pathsOf(delivery).includes(c.at) && c.state === "same");
    if (copies.length === 0) return [];
    const target = copies[0]?.at ?? "";
    return [
      {
        id: `files/${target}`,
        change: "delete",
        title: message("harborCertificate.removeFiles", { paths: copies.map((c) => c.at).join(", ") }),
        target,
        reason,
        after: [],
        action: { type: "remove-files", index },
      },
    ];
  });
}

async function deliver(index: number, context: CertificateContext): Promise<void> {
  const { document, world } = context;
  const delivery = document.spec.deliver.files[index];
  if (delivery === undefined) return;
  const gathered = await context.gather();
  requireDeliverable(gathered, delivery.of, document, world.clock.now());
  const files = (await wantedFiles(delivery, gathered, document, world)) ?? [];
  for (const { path, bytes, ...attributes } of files) {
    const found = await world.host.readFile(path);
    const { mode, uid = found?.uid, gid = found?.gid } = attributes;
    if (found?.bytes.equals(bytes) === true && found.mode === mode && found.uid === uid && found.gid === gid)
      continue;
    await world.host.makeDirectory(dirname(path), 0o755);
    await world.host.writeFile(path, bytes, { ...attributes, keepOwner: true });
  }
}

async function remove(index: number, context: CertificateContext): Promise<void> {
  const { document, world } = context;
  const delivery = document.spec.deliver.files[index];
  if (delivery === undefined) return;
  const gathered = await context.gather();
  const wanted = await wantedFiles(delivery, gathered, document, world);
  for (const path of pathsOf(delivery)) {
    const found = await world.host.readFile(path);
    const ours = wanted?.find((w) => w.path === path);
    // Only what is still as it was delivered: a file that somebody put there since is theirs.
    if (found !== undefined && ours !== undefined && found.bytes.equals(ours.bytes))
      await world.host.remove(path);
  }
}

async function readPairOf(
  certificate: string,
  key: string,
  { host }: World,
): Promise<IssuedPair | undefined> {
  const [first, second] = await Promise.all([host.readFile(certificate), host.readFile(key)]);
  if (first === undefined || second === undefined) return undefined;
  return requirePair(first.bytes.toString("utf8"), new Sensitive(second.bytes.toString("utf8")), certificate);
}
