import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { apply, type ApplyResult } from "../../../engine/apply.ts";
import { makePlan, type Plan } from "../../../engine/plan.ts";
import { createAuthority, type Authority } from "../../../pki/authority.ts";
import { readCertificates } from "../../../pki/certificate.ts";
import { issueCrl } from "../../../pki/crl.ts";
import { certifyIntermediate } from "../../../pki/intermediate.ts";
import { exportPrivateKey } from "../../../pki/key.ts";
import { readRequest } from "../../../pki/request.ts";
import { openssl, Workshop } from "../../../pki/testing/openssl.ts";
import { resolveTrust } from "../../shared/trust-source.ts";
import { harborCertificate } from "../index.ts";
import { harborCertificateSchema } from "../schema.ts";
import { documentOf, folderWorld, type FolderWorld } from "../testing/world.ts";

const { signal } = new AbortController();
const kinds = [harborCertificate];
const begin = new Date("2026-06-01T00:00:00Z");
const days = (count: number): Date => new Date(begin.getTime() + count * 86_400_000);

const documentWith = (more: object = {}, own: object = {}) =>
  documentOf(harborCertificateSchema, "main", {
    issuer: { ownAuthority: { directory: "ca", intermediate: true, commonName: "Harbor CA", ...own } },
    hosts: ["harbor.example.com"],
    clients: [{ name: "nodes" }],
    deliver: {
      files: [{ certificate: "/data/server.crt", privateKey: "/data/server.key", ca: "/data/ca.crt" }],
    },
    ...more,
  });
type Documents = ReturnType<typeof documentWith>;

const planOf = (of: Documents, { world }: FolderWorld): Promise<Plan> =>
  makePlan([of], kinds, world, { signal });
const stepsOf = (plan: Plan): string[] => plan.documents.flatMap((d) => d.steps.map((s) => s.id));
const codesOf = (plan: Plan): string[] => plan.documents.flatMap((d) => d.findings.map((f) => f.code));
const carryOut = async (of: Documents, machine: FolderWorld): Promise<ApplyResult> =>
  apply(await planOf(of, machine), kinds, machine.world);
const problemsOf = ({ documents }: ApplyResult): unknown[] =>
  documents.flatMap((d) => [...d.failures.map((f) => f.error.code), ...d.proofs.filter((p) => !p.ok)]);

const read = (machine: FolderWorld, path: string): Promise<string> =>
  readFile(join(machine.root, path), "utf8");
const put = (machine: FolderWorld, name: string, text: string): Promise<void> =>
  writeFile(join(machine.root, "docs/ca", name), text, { mode: 0o600 });

const newRoot = (more: object = {}): Promise<Authority> =>
  createAuthority({
    commonName: "Offline Root",
    keyType: "ECDSA_P256",
    validityDays: 7300,
    now: begin,
    ...more,
  });

/** What happens at the machine with the root: the request goes there, the bundle comes back. */
async function sign(machine: FolderWorld, root: Authority, validityDays = 730): Promise<void> {
  const request = readRequest(await read(machine, "docs/ca/ca.csr"));
  const now = machine.world.clock.now();
  const { bundlePem } = await certifyIntermediate(root, request, { validityDays, now });
  await put(machine, "ca.crt", bundlePem);
}

describe("a CA of one's own whose root is offline", () => {
  test("begins with a key and a request, and issues nothing before a root has signed", async () => {
    const document = documentWith();
    await using machine = await folderWorld([document]);
    expect(stepsOf(await planOf(document, machine))).toEqual(["authority-request"]);
    expect((await carryOut(document, machine)).ok).toBe(false);
    const plan = await planOf(document, machine);
    expect([stepsOf(plan), codesOf(plan)]).toEqual([[], ["INTERMEDIATE_TO_SIGN"]]);
    expect(readRequest(await read(machine, "docs/ca/ca.csr")).subject.commonName).toBe("Harbor CA");
    expect(plan.documents[0]?.findings[0]?.evidence["digest"]).toMatch(/^[0-9a-f]{4}( [0-9a-f]{4}){7}$/);
  });

  test("once signed, issues what openssl verifies against the root alone; a second run plans nothing", async () => {
    const document = documentWith();
    await using machine = await folderWorld([document]);
    await carryOut(document, machine);
    const root = await newRoot();
    await sign(machine, root);
    expect(problemsOf(await carryOut(document, machine))).toEqual([]);
    expect(await planOf(document, machine).then((p) => [stepsOf(p), codesOf(p)])).toEqual([[], []]);
    expect(await read(machine, "data/ca.crt")).toBe(root.certificatePem);
    expect(readCertificates(await read(machine, "data/server.crt"))).toHaveLength(2);
    using workshop = new Workshop();
    workshop.write("root.pem", await read(machine, "data/ca.crt"));
    workshop.write("server.pem", await read(machine, "data/server.crt"));
    const time = String(begin.getTime() / 1000);
    const verify = [
      "verify",
      "-x509_strict",
      "-attime",
      time,
      "-CAfile",
      "root.pem",
      "-untrusted",
      "server.pem",
    ];
    const seen = await openssl([...verify, "-verify_hostname", "harbor.example.com", "server.pem"], {
      cwd: workshop.folder,
    });
    expect(seen.output).toBe("server.pem: OK\n");
  });

  test("gives other documents the root to trust, and nothing below it", async () => {
    const document = documentWith();
    await using machine = await folderWorld([document]);
    await carryOut(document, machine);
    const root = await newRoot();
    await sign(machine, root);
    expect(await resolveTrust({ certificate: "main" }, "/docs", machine.world, signal)).toBe(
      root.certificatePem,
    );
  });

  test("keeps its key encrypted where a passphrase is named", async () => {
    const document = documentWith({}, { passphrase: { environment: "CA" } });
    await using machine = await folderWorld([document], { environment: { CA: "芝麻开门" } });
    await carryOut(document, machine);
    expect(await read(machine, "docs/ca/ca.key")).toContain("ENCRYPTED");
    await sign(machine, await newRoot());
    expect(problemsOf(await carryOut(document, machine))).toEqual([]);
  });

  test("cut off between key and request, asks for the key that is there", async () => {
    const document = documentWith();
    await using machine = await folderWorld([document]);
    await carryOut(document, machine);
    const before = await read(machine, "docs/ca/ca.key");
    await machine.world.documentsHost.remove("/docs/ca/ca.csr");
    expect(stepsOf(await planOf(document, machine))).toEqual(["authority-request"]);
    await carryOut(document, machine);
    expect(await read(machine, "docs/ca/ca.key")).toBe(before);
    await sign(machine, await newRoot());
    expect(problemsOf(await carryOut(document, machine))).toEqual([]);
  });

  test("says when only its root can renew it; signed again, nodes need nothing and what was issued stays", async () => {
    const document = documentWith();
    await using machine = await folderWorld([document]);
    await carryOut(document, machine);
    const root = await newRoot();
    await sign(machine, root);
    await carryOut(document, machine);
    machine.at(days(500));
    await carryOut(document, machine);
    expect(codesOf(await planOf(document, machine))).toEqual(["INTERMEDIATE_DUE"]);
    const server = await read(machine, "data/server.crt");
    await sign(machine, root);
    const plan = await planOf(document, machine);
    expect([stepsOf(plan), codesOf(plan)]).toEqual([[], []]);
    expect(await read(machine, "data/server.crt")).toBe(server);
    machine.at(days(570));
    expect(problemsOf(await carryOut(document, machine))).toEqual([]);
    expect(await read(machine, "data/ca.crt")).toBe(root.certificatePem);
  });

  test("issues from no root's key, whoever put it there", async () => {
    const document = documentWith();
    await using machine = await folderWorld([document]);
    await carryOut(document, machine);
    const root = await newRoot();
    await put(machine, "ca.crt", root.certificatePem);
    await put(machine, "ca.key", (await exportPrivateKey(root.key)).reveal());
    const plan = await planOf(document, machine);
    expect([stepsOf(plan), codesOf(plan)]).toEqual([[], ["ROOT_KEY_ONLINE"]]);
  });

  test("issues nothing where what came back does not reach the root", async () => {
    const document = documentWith();
    await using machine = await folderWorld([document]);
    await carryOut(document, machine);
    await sign(machine, await newRoot());
    const [own] = (await read(machine, "docs/ca/ca.crt")).split(/(?=-----BEGIN)/);
    await put(machine, "ca.crt", own ?? "");
    const plan = await planOf(document, machine);
    expect([stepsOf(plan), codesOf(plan)]).toEqual([[], ["INTERMEDIATE_WITHOUT_ROOT"]]);
  });

  test("says so where its root itself nears its end", async () => {
    const document = documentWith();
    await using machine = await folderWorld([document]);
    await carryOut(document, machine);
    await sign(machine, await newRoot({ validityDays: 300 }), 290);
    expect(codesOf(await planOf(document, machine))).toEqual(["ROOT_ENDS_SOON"]);
  });

  test("with a revocation list, wants its root's as well, and delivers both as every checker needs them", async () => {
    const crl = { validityDays: 30 };
    const deliver = {
      files: [{ certificate: "/data/server.crt", privateKey: "/data/server.key", crl: "/data/ca.crl" }],
    };
    const document = documentWith({ crl, deliver });
    await using machine = await folderWorld([document]);
    await carryOut(document, machine);
    const root = await newRoot();
    await sign(machine, root);
    expect(codesOf(await planOf(document, machine))).toEqual(["ROOT_LIST_MISSING"]);
    const list = await issueCrl(root, { number: 1n, revoked: [], now: begin, nextUpdate: days(180) });
    await put(machine, "root.crl", list);
    expect(problemsOf(await carryOut(document, machine))).toEqual([]);
    expect(await planOf(document, machine).then((p) => [stepsOf(p), codesOf(p)])).toEqual([[], []]);
    using workshop = new Workshop();
    workshop.write("root.pem", root.certificatePem);
    workshop.write("server.pem", await read(machine, "data/server.crt"));
    workshop.write("lists.pem", await read(machine, "data/ca.crl"));
    const time = String(begin.getTime() / 1000 + 60);
    const verify = [
      "verify",
      "-attime",
      time,
      "-crl_check_all",
      "-CAfile",
      "root.pem",
      "-CRLfile",
      "lists.pem",
      "-untrusted",
      "server.pem",
    ];
    const seen = await openssl([...verify, "server.pem"], { cwd: workshop.folder });
    expect(seen.output).toBe("server.pem: OK\n");
    machine.at(days(160));
    expect(codesOf(await planOf(document, machine))).toContain("ROOT_LIST_ENDS_SOON");
  });
});
