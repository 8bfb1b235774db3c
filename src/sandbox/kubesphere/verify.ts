import { Sensitive } from "../../model/sensitive.ts";
import { isObject, objectAt, stringAt, type Json, type JsonObject } from "../kubernetes/json.ts";
import { openSession, type RegistryAccess } from "./registry/client.ts";
import { locate } from "./registry/location.ts";

/** What ks-apiserver judges registries by. */
export interface RegistryTrust {
  readonly trust: readonly string[];
  readonly now: Date;
}

const type = "kubernetes.io/dockerconfigjson";
const forceInsecure = "secret.kubesphere.io/force-insecure";

/**
 * Verifies the Secret in the body as ks-apiserver does: the first key of `auths`, an empty scope, TLS by its own roots.
 * @throws Error with what ks-apiserver answers
 */
export async function verifySecret(secret: JsonObject, trust: RegistryTrust): Promise<void> {
  const { key, access } = readSecret(secret);
  await openSession({ ...access, location: locate(key), ...trust }, []);
}

/** How a stored Secret says to reach its registry. @throws Error */
export function readSecret(secret: JsonObject): {
  readonly key: string;
  readonly access: Pick<RegistryAccess, "credential" | "skipsVerification">;
} {
  const given = stringAt(secret, "type") ?? "";
  if (given !== type) throw new Error(`expected secret type: ${type}, got: ${given}`);
  const auths = authsOf(secret);
  const [first] = Object.entries(auths);
  if (first === undefined)
    throw new Error(
      `not found valid auth in secret, ${JSON.stringify(stringAt(secret, "metadata", "name") ?? "")}`,
    );
  const [key, entry] = first;
  return {
    key,
    access: {
      credential: credentialOf(entry),
      // Compared exactly: "True" and "1" do nothing (facts/kubesphere.md §1.2).
      skipsVerification: stringAt(secret, "metadata", "annotations", forceInsecure) === "true",
    },
  };
}

function authsOf(secret: JsonObject): JsonObject {
  const encoded = stringAt(secret, "data", ".dockerconfigjson");
  if (encoded === undefined) throw new Error("not found valid auth in secret, .dockerconfigjson is missing");
  let config: Json;
  try {
    config = JSON.parse(Buffer.from(encoded, "base64").toString()) as Json;
  } catch {
    throw new Error("invalid character looking for beginning of value");
  }
  return objectAt(config, "auths") ?? {};
}

function credentialOf(entry: Json): RegistryAccess["credential"] {
  if (!isObject(entry)) return undefined;
  const [username, password] = [stringAt(entry, "username") ?? "", stringAt(entry, "password") ?? ""];
  if (username !== "" || password !== "") return { username, password: new Sensitive(password) };
  const auth = Buffer.from(stringAt(entry, "auth") ?? "", "base64").toString();
  const colon = auth.indexOf(":");
  return colon === -1
    ? undefined
    : { username: auth.slice(0, colon), password: new Sensitive(auth.slice(colon + 1)) };
}
