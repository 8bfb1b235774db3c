import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";

const exchange = z.object({
  id: z.string(),
  request: z.object({
    as: z.string(),
    method: z.string(),
    path: z.string(),
    json: z.unknown().optional(),
    body: z.union([z.string(), z.object({ base64: z.string() })]).optional(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
  response: z.object({
    status: z.number(),
    headers: z.record(z.string(), z.string()),
    body: z.unknown(),
  }),
});

export type Exchange = z.infer<typeof exchange>;

/** The recorded exchanges of one contract file. @throws where the shared folder is not there */
export async function readContract(file: string): Promise<readonly Exchange[]> {
  const path = join(resolve(process.env["MOORLINE_SHARED"] ?? "../shared"), "contracts", file);
  const text = await readFile(path, "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => exchange.parse(JSON.parse(line)));
}

export type Captures = Map<string, string>;

/** Puts captured values where `{{name}}` and `{{#name}}` stand. */
export function filled<T>(value: T, captures: Captures): T {
  const text = JSON.stringify(value)
    .replaceAll(/"\{\{#(\w+)\}\}"/g, (_, name: string) => String(Number(captures.get(name))))
    .replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => captures.get(name) ?? `no ${name}`);
  return JSON.parse(text) as T;
}

const shapes: Readonly<Record<string, string>> = {
  time: String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z`,
  int: String.raw`\d+`,
  uuid: "[0-9a-f-]{36}",
  unix: String.raw`\d{10}`,
  jwt: String.raw`[\w-]+\.[\w-]+\.[\w-]+`,
  secret: "[A-Za-z0-9]{32}",
  robotSecret: "[A-Za-z0-9]{32}",
  sysSecret: "[A-Za-z0-9]{32}",
  state: String.raw`[\w=-]+`,
};

/** How an answer differs from what was recorded, in words; empty where it does not. */
export function differences(
  expected: unknown,
  actual: unknown,
  base: string,
  at = "body",
): readonly string[] {
  if (typeof expected === "string" && /<\w+>/.test(expected)) {
    const scalar = typeof actual === "string" || typeof actual === "number";
    const matches = scalar && pattern(expected, base).test(String(actual));
    // A project's metadata holds numbers as strings (facts/harbor.md §1.4).
    const numeric = (expected === "<int>" || expected === "<unix>") && !at.includes(".metadata.");
    const fits = matches && (!at.startsWith("body") || numeric === (typeof actual === "number"));
    return fits ? [] : [`${at}: ${JSON.stringify(actual)} is not ${expected}`];
  }
  if (typeof expected === "object" && expected !== null && typeof actual === "object" && actual !== null) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...keys].flatMap((key) =>
      differences((expected as never)[key], (actual as never)[key], base, `${at}.${key}`),
    );
  }
  return expected === actual
    ? []
    : [`${at}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
}

function pattern(template: string, base: string): RegExp {
  const source = template
    .split(/(<\w+>)/)
    .map((part) => {
      const name = /^<(\w+)>$/.exec(part)?.[1];
      if (name === "base") return escaped(base);
      if (name === "host") return escaped(new URL(base).host);
      return (name === undefined ? undefined : shapes[name]) ?? escaped(part);
    })
    .join("");
  return new RegExp(`^${source}$`);
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);

export function bodyBytes(body: Exchange["request"]["body"]): Buffer | string | undefined {
  return typeof body === "object" ? Buffer.from(body.base64, "base64") : body;
}

/** Remembers what later lines refer to. `next` is the line after, whose body an upload's address names by digest. */
export function capture(
  captures: Captures,
  { id }: Exchange,
  next: Exchange | undefined,
  headers: { get(name: string): string | null },
  body: unknown,
): void {
  const location = headers.get("location") ?? "";
  const last = location.split("/").at(-1) ?? "";
  const member = (name: string): string => String((body as Record<string, unknown>)[name]);
  const locations: Readonly<Record<string, string>> = {
    "project.create": "projectId",
    "member.add": "memberId",
    "registry.create": "registryId",
    "replication.policy.create": "policyId",
    "retention.create": "retentionId",
  };
  const named = locations[id];
  if (named !== undefined) captures.set(named, last);
  if (id === "quota.list") captures.set("quotaId", String((body as { id: number }[])[0]?.id));
  if (id === "robot.create") {
    captures
      .set("robotId", member("id"))
      .set("robotName", member("name"))
      .set("robotSecret", member("secret"));
  }
  if (id === "robot.system.create") {
    captures.set("sysId", member("id")).set("sysName", member("name")).set("sysSecret", member("secret"));
  }
  if (id === "robot.refresh") {
    captures.set("robotOldSecret", captures.get("robotSecret") ?? "").set("robotSecret", member("secret"));
  }
  if (id.startsWith("token.") && typeof body === "object" && body !== null && "token" in body) {
    captures.set("token", member("token"));
  }
  if (id === "push.layer.put") captures.set("layerDigest", last);
  if (id === "push.manifest") captures.set("manifestDigest", last);
  if (id.endsWith(".start") && next !== undefined) {
    const digest = createHash("sha256")
      .update(bodyBytes(next.request.body) ?? "")
      .digest("hex");
    captures.set("put", `${location}&digest=sha256:${digest}`);
  }
}

/** The Authorization header of each principal that the recording knows. */
export function authorization(as: string, captures: Captures, adminPassword: string): string | undefined {
  const robot = captures.get("robotName") ?? "";
  const basic = (name: string, secret: string | undefined): string =>
    `Basic ${Buffer.from(`${name}:${secret ?? ""}`).toString("base64")}`;
  const principals: Readonly<Record<string, () => string | undefined>> = {
    anon: () => undefined,
    admin: () => basic("admin", adminPassword),
    wrong: () => basic("admin", "Wrong12345"),
    dev: () => basic("dev1", "Passw0rd1"),
    robot: () => basic(robot, captures.get("robotSecret")),
    robotWrong: () => basic(robot, "Wrong12345"),
    robotOld: () => basic(robot, captures.get("robotOldSecret")),
    sysrobot: () => basic(captures.get("sysName") ?? "", captures.get("sysSecret")),
    bearer: () => `Bearer ${captures.get("token")}`,
  };
  const principal = principals[as];
  if (principal === undefined) throw new RangeError(`the recording names an unknown principal: ${as}`);
  return principal();
}
