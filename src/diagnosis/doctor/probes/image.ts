import type { RegistryClient } from "../../../clients/registry/client.ts";
import { selectPlatform } from "../../../clients/registry/manifest.ts";
import type { ImageReference } from "../../../clients/registry/reference.ts";
import { fromUnknown, isError } from "../../../model/errors.ts";
import type { Bilingual } from "../../../text/language.ts";
import type { Evidence } from "../evidence.ts";

export interface ImageQuestion {
  /** As it is written in the pod. */
  readonly image: string;
  readonly reference: ImageReference;
  readonly client: RegistryClient;
  /**
   * This machine was not told which CA to trust: that it trusts none then says nothing about nodes.
   */
  readonly trustIsAssumed: boolean;
}

/** Milliseconds for each question. */
const limitMs = 10_000;
const usualPlatform = { os: "linux", architecture: "amd64" };

/**
 * Pulls an image as far as its first layer's head, from this machine: token, manifest, layer. Ends at the first that
 * fails, since the rest would fail of the same. Never throws but for an aborted signal.
 */
export async function probeImage(question: ImageQuestion, signal: AbortSignal): Promise<readonly Evidence[]> {
  const { client, reference } = question;
  const { repository } = reference;
  const evidence: Evidence[] = [];
  const ask = async <T>(probe: string, told: Bilingual, work: (stop: AbortSignal) => Promise<T>) => {
    const stop = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    try {
      const answer = await work(stop);
      evidence.push({ probe, subject: question.image, outcome: "fine", told });
      return answer;
    } catch (thrown) {
      signal.throwIfAborted();
      evidence.push(failureOf(probe, question, thrown));
      return undefined;
    }
  };
  const found = await ask("manifest", { en: "the manifest can be had", zh: "可以获取清单" }, (stop) =>
    client.resolve(repository, reference.reference, stop),
  );
  if (found === undefined) return evidence;
  await ask("layer", { en: "its first layer is there", zh: "首个层存在" }, async (stop) => {
    const top = await client.manifest(repository, found.digest, stop);
    const image =
      top.content.kind === "image"
        ? top
        : await client.manifest(
            repository,
            selectPlatform(top.content.index, usualPlatform, question.image).digest,
            stop,
          );
    const first = image.content.kind === "image" ? image.content.image.layers[0] : undefined;
    if (first !== undefined && !(await client.hasBlob(repository, first.digest, stop))) throw layerMissing;
  });
  return evidence;
}

/** Told apart from what clients throw. */
const layerMissing = Symbol("a layer that the manifest names is not there");

function failureOf(probe: string, question: ImageQuestion, thrown: unknown): Evidence {
  const { image: subject, trustIsAssumed } = question;
  if (thrown === layerMissing)
    return {
      probe,
      subject,
      outcome: "wrong",
      sign: "LAYER_MISSING",
      told: { en: "the manifest names a layer that is not there", zh: "清单引用的层不存在" },
    };
  const error = fromUnknown(thrown, subject);
  if (trustIsAssumed && isError(error, "TLS_UNKNOWN_AUTHORITY"))
    return {
      probe,
      subject,
      outcome: "unknown",
      told: {
        en: "this machine does not know the registry's CA, which says nothing about nodes; name it with --ca",
        zh: "本机没有该镜像仓库的 CA，无法据此判断节点；请用 --ca 指定",
      },
    };
  const reason = error.parameters["reason"];
  return {
    probe,
    subject,
    outcome: "wrong",
    sign: error.code,
    ...(typeof reason === "string" && { message: reason }),
    told: error,
  };
}
