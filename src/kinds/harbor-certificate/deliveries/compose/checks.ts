import { basename, dirname, join } from "node:path/posix";
import { harborPaths, servedPaths, type HarborCompose } from "../../../../clients/harbor-compose/client.ts";
import { refusalsOf, type Refusal } from "../../../../clients/harbor-compose/requirements.ts";
import { parseHarborVersion } from "../../../../clients/harbor/versions.ts";
import type { Host } from "../../../../clients/host/host.ts";
import { MoorlineError } from "../../../../model/errors.ts";
import { describeFinding } from "../../../../model/finding.ts";
import { verifyChain } from "../../../../pki/verify.ts";
import type { Bilingual } from "../../../../text/language.ts";
import type { IssuedPair } from "../../pair.ts";
import { isOpen } from "./shown.ts";
import { asName, type WantedCompose } from "./wanted.ts";

/**
 * Makes sure that a pair is for every name of this Harbor, as its clients will judge it.
 * @throws COMPOSE_DELIVERY_REFUSED with everything that is wrong
 */
export function requireForHarbor(
  pair: IssuedPair,
  trust: string,
  names: readonly string[],
  now: Date,
  subject: string,
): void {
  const findings = names.flatMap((name) => {
    const verdict = verifyChain({
      ...asName(name),
      chainPem: pair.certificate,
      privateKeyPem: pair.privateKey,
      trustedPem: trust,
      purpose: "server",
      now,
    });
    return verdict.findings.filter(
      (f) => f.severity === "error" || f.code === "CERTIFICATE_CHAIN_WRONG_ORDER",
    );
  });
  if (findings.length === 0) return;
  const inWords = (language: "en" | "zh-CN"): string =>
    [...new Set(findings.map((f) => describeFinding(f, language)))].join(" ");
  throw refused(subject, { en: inWords("en"), zh: inWords("zh-CN") });
}

const refused = (subject: string, reason: Bilingual): MoorlineError =>
  new MoorlineError("COMPOSE_DELIVERY_REFUSED", { subject, parameters: { reason } });

/**
 * Makes sure that files can be written where they are to lie: Moorline writes in place, and follows no link out of the
 * folder; what `prepare` reads it reads in a container, where links lead elsewhere.
 * @throws COMPOSE_DELIVERY_REFUSED
 */
export async function requireNoLinks(host: Host, paths: readonly string[], subject: string): Promise<void> {
  for (const path of paths) {
    const entry = (await host.list(dirname(path)))?.find((e) => e.name === basename(path));
    if (entry === undefined || entry.type === "file") continue;
    throw refused(subject, {
      en: `${path} is a ${entry.type}, no file of its own; name another path in \`certificate\` and \`privateKey\`.`,
      zh: `${path} 不是普通文件（${entry.type}）；请在 \`certificate\`、\`privateKey\` 中改用其他路径。`,
    });
  }
}

/** As which Harbor's containers run. */
const harborUser = 10_000;

const reasons: Readonly<Record<Refusal["reason"], Bilingual>> = {
  missing: { en: "is missing", zh: "缺失" },
  placeholder: { en: "is the template's placeholder", zh: "仍为模板占位值" },
  loopback: { en: "is the machine itself", zh: "为本机回环地址" },
  "not plain": {
    en: "has to stand alone on one line, without quotes or a comment: `prepare` takes the line's last word for the folder",
    zh: "必须独占一行，不能带引号或行尾注释：`prepare` 会把该行最后一个词当作目录",
  },
  "unknown value": { en: "has a value that Harbor refuses", zh: "取值不被 Harbor 接受" },
};

/**
 * Everything that `prepare` and `up` would stop at, as far as it can be seen beforehand: `prepare` wipes its
 * configuration first and validates then (facts: harbor §3.1).
 * @throws HARBOR_YML_REFUSED, HARBOR_COMPOSE_NOT_MIGRATED, COMPOSE_DELIVERY_REFUSED, HARBOR_COMPOSE_NOT_INSTALLED
 */
export async function requirePreparable(
  compose: HarborCompose,
  wanted: WantedCompose,
  subject: string,
  signal: AbortSignal,
): Promise<void> {
  const { host, directory } = compose;
  const paths = harborPaths(directory);
  const { settings } = wanted;
  await requireInstaller(compose, subject);
  const refusals = refusalsOf(wanted.harborYml, settings.version.minor, paths.harborYml);
  if (refusals.length > 0) {
    const inWords = (language: keyof Bilingual): string =>
      refusals.map((r) => `${r.setting} ${reasons[r.reason][language]}`).join("; ");
    throw new MoorlineError("HARBOR_YML_REFUSED", {
      subject: paths.harborYml,
      parameters: { problems: { en: inWords("en"), zh: inWords("zh") } },
    });
  }
  const served = servedPaths(settings.dataVolume).directory;
  const inside = [settings.https.certificate, settings.https.privateKey].find((p) =>
    p.startsWith(`${served}/`),
  );
  if (inside !== undefined)
    throw refused(subject, {
      en: `\`prepare\` deletes ${served} before it copies ${inside} from there; name another path.`,
      zh: `\`prepare\` 会先删除 ${served} 再复制其中的 ${inside}；请改用其他路径。`,
    });
  const { internalTls } = settings;
  if (internalTls !== undefined && (await host.list(internalTls)) === undefined)
    throw refused(subject, {
      en: `internal_tls.dir ${internalTls} is not there, so \`prepare\` would fail.`,
      zh: `internal_tls.dir ${internalTls} 不存在，\`prepare\` 会失败。`,
    });
  await requireReadableBundle(host, settings, subject);
  await requireFreePort(compose, wanted, subject, signal);
}

/** configs.py, validate: it asks for reading by everybody, or by Harbor's own user where that owns the file. */
async function requireReadableBundle(
  host: Host,
  { caBundle, dataVolume }: WantedCompose["settings"],
  subject: string,
): Promise<void> {
  if (caBundle === undefined) return;
  // `prepare` sees the data volume at /data, whatever it is called on the machine.
  const path = caBundle.startsWith("/data/") ? join(dataVolume, caBundle.slice("/data/".length)) : caBundle;
  const file = await host.stat(path);
  if (file !== undefined && (file.mode & (file.uid === harborUser ? 0o400 : 0o004)) !== 0) return;
  throw refused(subject, {
    en: `storage_service.ca_bundle ${path} is not there, or Harbor's user ${harborUser} may not read it, so \`prepare\` would fail.`,
    zh: `storage_service.ca_bundle ${path} 不存在，或 Harbor 用户 ${harborUser} 无权读取，\`prepare\` 会失败。`,
  });
}

/** @throws HARBOR_COMPOSE_NOT_MIGRATED where the installer is of another minor than harbor.yml */
async function requireInstaller(
  { host, directory, settings }: HarborCompose,
  subject: string,
): Promise<void> {
  const paths = harborPaths(directory);
  const script = await host.readFile(paths.prepare);
  if (script === undefined || (script.mode & 0o111) === 0)
    throw refused(subject, {
      en: `${paths.prepare} is not there, or may not be run.`,
      zh: `${paths.prepare} 不存在或不可执行。`,
    });
  const tag = /goharbor\/prepare:(v[\w.-]+)/.exec(script.bytes.toString("utf8"))?.[1];
  const installer = tag === undefined ? undefined : parseHarborVersion(tag);
  const { version } = settings;
  if (installer === undefined || (installer.major === version.major && installer.minor === version.minor))
    return;
  throw new MoorlineError("HARBOR_COMPOSE_NOT_MIGRATED", {
    subject: paths.harborYml,
    parameters: { version: version.text, installer: installer.text },
  });
}

/** Docker finds out only after everything is down that somebody else has the port. */
async function requireFreePort(
  compose: HarborCompose,
  { settings: { https } }: WantedCompose,
  subject: string,
  signal: AbortSignal,
): Promise<void> {
  const { host } = compose;
  const before = compose.settings.https?.port;
  const own = (await compose.proxy(signal))?.state === "running" && (await compose.rendered()).tls;
  if (own && before === https.port) return;
  if (!(await isOpen("127.0.0.1", https.port, signal, (...to) => host.dial(...to)))) return;
  throw refused(subject, {
    en: `port ${https.port}, which is to be Harbor's HTTPS port, is in use by something else.`,
    zh: `计划用作 Harbor HTTPS 的端口 ${https.port} 已被其他程序占用。`,
  });
}

/** Whether `prepare` has rendered what is wanted: TLS, the port, and nginx's configuration, which a failed run wipes. */
export async function isRendered(compose: HarborCompose, wanted: WantedCompose): Promise<boolean> {
  const { tls, httpsPort } = await compose.rendered();
  const { https } = wanted.settings;
  if (!tls || (httpsPort !== undefined && httpsPort !== https.port)) return false;
  const file = await compose.host.readFile(join(harborPaths(compose.directory).config, "nginx/nginx.conf"));
  return file?.bytes.includes("ssl_certificate") === true;
}
