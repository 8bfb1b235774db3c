import type { Proof } from "../../engine/kind.ts";
import { describeError, fromUnknown } from "../../model/errors.ts";
import type { Document } from "../../model/document.ts";
import { message } from "../../text/message.ts";
import type { Bilingual } from "../../text/language.ts";
import type { World } from "../world.ts";
import { connect, gather, partsOf } from "./gather.ts";
import { projectOf } from "./names.ts";
import { upstreamUrl, type ProxyCacheSpec } from "./schema.ts";

/** Images that are pulled to prove the cache; of the rest only that Harbor holds them is asked. */
const mostPulls = 3;

/** Proves that Harbor reaches the upstream, that the project is its cache, and that warm images come out of it. */
export async function verify(
  document: Document<ProxyCacheSpec>,
  world: World,
  signal: AbortSignal,
): Promise<readonly Proof[]> {
  const observed = await gather(document, world, signal);
  const project = projectOf(document);
  const url = upstreamUrl(document.spec);
  const isCache =
    observed.project?.registryId !== undefined && observed.project.registryId === observed.endpoint?.id;
  return [
    proof("proxyCache.proofUpstream", url, observed.endpoint?.reachable === true, {
      good: message("proxyCache.provedUpstream"),
      why: { en: "Harbor does not reach it", zh: "Harbor 无法访问" },
    }),
    proof("proxyCache.proofProject", project, isCache, {
      good: message("proxyCache.provedProject", { url }),
      why: { en: "there is no cache of this upstream under this name", zh: "该名称下没有此上游的缓存项目" },
    }),
    ...(await provePulls(document, observed.cold, world, signal)),
  ];
}

async function provePulls(
  document: Document<ProxyCacheSpec>,
  cold: readonly string[],
  world: World,
  signal: AbortSignal,
): Promise<readonly Proof[]> {
  const { warm } = document.spec;
  if (warm.length === 0) return [];
  const connected = await connect(document, world, signal);
  const { host } = connected;
  const registry = connected.registry(connected.credential);
  const project = projectOf(document);
  const missing = cold.map((image) =>
    proof("proxyCache.proofImage", `${host}/${project}/${image}`, false, {
      good: message("proxyCache.provedImage", { digest: "" }),
      why: { en: "it is not in the cache under its tag", zh: "缓存中没有该标签" },
    }),
  );
  const held = warm.filter((image) => !cold.includes(image)).slice(0, mostPulls);
  const pulls = held.map(async (image): Promise<Proof> => {
    const [repository, tag] = partsOf(image);
    const subject = `${host}/${project}/${image}`;
    try {
      const { digest } = await registry.resolve(`${project}/${repository}`, tag, signal);
      const good = message("proxyCache.provedImage", { digest });
      return proof("proxyCache.proofImage", subject, true, { good, why: { en: "", zh: "" } });
    } catch (thrown) {
      const error = fromUnknown(thrown, subject);
      const why = { en: describeError(error, "en").what, zh: describeError(error, "zh-CN").what };
      return proof("proxyCache.proofImage", subject, false, {
        good: message("proxyCache.provedUpstream"),
        why,
      });
    }
  });
  return [...missing.slice(0, 20), ...(await Promise.all(pulls))];
}

function proof(
  title: Parameters<typeof message>[0],
  subject: string,
  ok: boolean,
  { good, why }: { readonly good: Proof["detail"]; readonly why: Bilingual },
): Proof {
  return {
    title: message(title as "proxyCache.proofUpstream"),
    subject,
    ok,
    detail: ok ? good : message("proxyCache.unproved", { reason: why }),
  };
}
