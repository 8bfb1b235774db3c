import { createPrivateKey } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { localHost } from "../../clients/host/local.ts";
import { temporaryFolder } from "../../clients/host/testing/folder.ts";
import { sshServer } from "../../clients/host/testing/ssh-server.ts";
import { hostReference } from "./host-reference.ts";
import { connectHost } from "./open-host.ts";

/** A home with a key, and a document's folder beside it. */
async function scene(variables: Readonly<Record<string, string>> = {}) {
  const folder = await temporaryFolder();
  const sshd = await sshServer();
  await mkdir(join(folder.path, ".ssh"));
  await mkdir(join(folder.path, "documents"));
  await writeFile(join(folder.path, ".ssh/id"), sshd.identity.reveal(), { mode: 0o600 });
  const environment: Readonly<Record<string, string>> = { HOME: folder.path, ...variables };
  return {
    sshd,
    file: (path: string, text: string) => writeFile(join(folder.path, path), text),
    connect: (ssh: object) =>
      connectHost(
        hostReference.parse({
          ssh: { host: "127.0.0.1", port: sshd.port, identityFile: "~/.ssh/id", ...ssh },
        }),
        join(folder.path, "documents"),
        { documentsHost: localHost(), environment: (name) => environment[name] },
      ),
    [Symbol.asyncDispose]: async () => {
      await sshd[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

test("a machine is known by ~/.ssh/known_hosts, by a file beside the document, or by the key in it", async () => {
  await using at = await scene();
  const line = `[127.0.0.1]:${at.sshd.port} ${at.sshd.hostKeyLine}\n`;
  await expect(at.connect({})).rejects.toMatchObject({ code: "HOST_SSH_HOST_KEY_UNKNOWN" });
  await at.file(".ssh/known_hosts", line);
  await at.file("documents/hosts", line);
  for (const how of [{}, { knownHosts: "hosts" }, { hostKey: at.sshd.hostKeyLine }]) {
    await using host = await at.connect(how);
    expect(await host.stat("/")).toMatchObject({ type: "directory" });
  }
});

test("a key with a passphrase opens with the right one, from a variable or a file, and with no other", async () => {
  await using at = await scene({ RIGHT: "open sesame", WRONG: "open barley" });
  const key = createPrivateKey(at.sshd.identity.reveal());
  const cipher = { cipher: "aes-256-cbc", passphrase: "open sesame" };
  await at.file(".ssh/sealed", key.export({ type: "sec1", format: "pem", ...cipher }).toString());
  await at.file("documents/passphrase", "open sesame\n");
  await at.file(".ssh/pkcs8", key.export({ type: "pkcs8", format: "pem", ...cipher }).toString());
  for (const identityFile of ["~/.ssh/sealed", "~/.ssh/pkcs8"]) {
    const connect = (identityPassphrase?: object) =>
      at.connect({
        hostKey: at.sshd.hostKeyLine,
        identityFile,
        ...(identityPassphrase && { identityPassphrase }),
      });
    await (await connect({ environment: "RIGHT" }))[Symbol.asyncDispose]();
    await (await connect({ file: "passphrase" }))[Symbol.asyncDispose]();
    for (const wrong of [{ environment: "WRONG" }, { environment: "UNSET" }, undefined])
      await expect(connect(wrong)).rejects.toMatchObject({ code: "HOST_SSH_PASSPHRASE_WRONG" });
  }
});

test("what is no private key, or no agent, is told before anything is connected", async () => {
  await using at = await scene();
  await at.file(".ssh/text", "hello");
  for (const identityFile of ["~/.ssh/absent", "~/.ssh/text"])
    await expect(at.connect({ identityFile })).rejects.toMatchObject({
      code: "HOST_SSH_IDENTITY_UNREADABLE",
    });
  await expect(at.connect({ identityFile: undefined, agent: true })).rejects.toMatchObject({
    code: "HOST_SSH_AGENT_UNAVAILABLE",
  });
  expect(at.sshd.connections()).toBe(0);
});
