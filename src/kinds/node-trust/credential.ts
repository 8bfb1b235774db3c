import { resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { Credential } from "../../clients/harbor/credential.ts";
import type { Secret } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { nameOf } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import type { World } from "../world.ts";
import type { NodeDocument } from "./gather.ts";

const secretMs = 30_000;

const account = z.object({ username: z.string().min(1), password: z.string().min(1) });

/**
 * Reads who pulls the proof's image; undefined pulls as nobody.
 * @throws CREDENTIAL_INCOMPLETE where it is named and not there
 */
export async function readPullCredential(
  document: NodeDocument,
  world: World,
): Promise<Credential | undefined> {
  const { credential } = document.spec.proof;
  if (credential === undefined) return undefined;
  const { environment, file, secretRef } = credential;
  const path = resolve(document.source.directory, file ?? "");
  const source =
    secretRef !== undefined
      ? `Secret/${secretRef.namespace}/${secretRef.name}`
      : environment === undefined
        ? path
        : `$${environment.username}, $${environment.password}`;
  const found = account.safeParse(
    secretRef !== undefined
      ? await readSecret(secretRef, world)
      : environment === undefined
        ? await readYaml(path, world)
        : {
            username: world.environment(environment.username),
            password: world.environment(environment.password),
          },
  );
  if (!found.success)
    throw new MoorlineError("CREDENTIAL_INCOMPLETE", {
      subject: nameOf(document),
      parameters: { source, field: { en: "user name and password", zh: "用户名和密码" } },
    });
  return { username: found.data.username, password: new Sensitive(found.data.password) };
}

async function readSecret(
  at: { readonly namespace: string; readonly name: string },
  world: World,
): Promise<unknown> {
  const client = await world.kubernetes();
  const secret = await client.get<Secret>(resources.secrets, at, AbortSignal.timeout(secretMs));
  return Object.fromEntries(
    Object.entries(secret?.data ?? {}).map(([key, value]) => [
      key,
      Buffer.from(value, "base64").toString("utf8"),
    ]),
  );
}

async function readYaml(path: string, { documentsHost: host }: World): Promise<unknown> {
  const file = await host.readFile(path, 64 * 1024);
  try {
    return file && (parse(file.bytes.toString("utf8")) as unknown);
  } catch {
    return undefined; // the parser's words would quote the file, and with it the password
  }
}
