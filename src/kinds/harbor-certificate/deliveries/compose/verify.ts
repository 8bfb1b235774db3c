import { openHarborCompose } from "../../../../clients/harbor-compose/client.ts";
import type { Proof } from "../../../../engine/kind.ts";
import { describeFinding } from "../../../../model/finding.ts";
import { verifyChain } from "../../../../pki/verify.ts";
import { message } from "../../../../text/message.ts";
import type { DeliveryContext } from "../delivery.ts";
import { servedFiles, sourceFiles, stateOf } from "./scene.ts";
import { leafDigest, lookAt } from "./shown.ts";
import { asName, hostOf, wantedCompose } from "./wanted.ts";

/** Proves what clients are shown, for every name that they use, and that the next `prepare` will not take it back. */
export async function verifyCompose(context: DeliveryContext): Promise<readonly Proof[]> {
  const { document, gathered, world, signal } = context;
  const delivery = document.spec.deliver.compose;
  const pair = gathered.pairs.get("server");
  if (delivery === undefined || pair === undefined) return [];
  const compose = await openHarborCompose(await hostOf(delivery, document, world), delivery.directory);
  const wanted = wantedCompose(delivery, compose);
  const { target, names } = wanted;
  const shown = await lookAt(target, gathered.trust, signal);
  const at = `${target.host}:${target.port}`;
  const problems = {
    en: shownProblems(shown.chain, names, context, "en"),
    zh: shownProblems(shown.chain, names, context, "zh-CN"),
  };
  const isPair = shown.leaf === leafDigest(pair.certificate);
  const isShown = isPair && problems.en === "";
  const states = [
    await stateOf(compose.host, sourceFiles(wanted, pair)),
    await stateOf(compose.host, servedFiles(wanted, pair)),
  ];
  const isKept = wanted.edits.length === 0 && states.every((state) => state === "same");
  return [
    {
      title: message("harborCompose.proofShown"),
      subject: at,
      ok: isShown,
      detail: isShown
        ? message("harborCompose.shown", { serial: shown.serial ?? "", names: names.join(", ") })
        : shown.leaf === undefined
          ? message("harborCompose.notShown", { reason: shown.failure ?? "–" })
          : isPair
            ? message("harborCertificate.because", { reason: problems })
            : message("harborCompose.otherShown", { serial: shown.serial ?? "" }),
    },
    {
      title: message("harborCompose.proofKept"),
      subject: compose.directory,
      ok: isKept,
      detail: message(isKept ? "harborCompose.kept" : "harborCompose.notKept"),
    },
  ];
}

function shownProblems(
  chainPem: string,
  names: readonly string[],
  { gathered, world }: DeliveryContext,
  language: "en" | "zh-CN",
): string {
  if (chainPem === "" || gathered.trust === undefined) return "–";
  const trustedPem = gathered.trust;
  const findings = names.flatMap(
    (name) =>
      verifyChain({ ...asName(name), chainPem, trustedPem, purpose: "server", now: world.clock.now() })
        .findings,
  );
  const errors = findings.filter((f) => f.severity === "error");
  return [...new Set(errors.map((f) => describeFinding(f, language)))].join(" ");
}
