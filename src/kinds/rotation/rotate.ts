import type { Document } from "../../model/document.ts";
import { fromUnknown, MoorlineError } from "../../model/errors.ts";
import { message } from "../../text/message.ts";
import type { CertificateDocument } from "../harbor-certificate/gathered.ts";
import {
  endPairs,
  isRotatingPairs,
  othersOfPrevious,
  permitRollover,
  requestPairs,
  revokeReplaced,
  rolloverStage,
  supersededClients,
} from "../harbor-certificate/rotation.ts";
import { robotsInUse, markRobots, robotRotation } from "../project-binding/rotation.ts";
import type { ProjectBindingSpec } from "../project-binding/schema.ts";
import { outcomeOf, type Rotation, type RotationReport, type StageReport } from "./report.ts";
import { isUseProved, provedByLog, untilNobodyShows } from "./client-evidence.ts";
import { pairsRequested, robotsRequested, rolloverAt } from "./forecast.ts";
import { nodesStage } from "./nodes-stage.ts";
import { applyStage, planned, runStages, stepsUnknown, type RotationContext } from "./stages.ts";

const certificateKinds = ["HarborCertificate", "HarborRegistry"];

/**
 * Replaces what must be replaced from time to time, in stages of which each is proved before the next begins. What was
 * asked for stands beside the thing itself (the certificate's store, the robot's Secret): a run that was cut off is
 * gone on with by the next, from any machine, and `apply` in between harms nothing.
 * @param names of the documents concerned; all of the kind by default
 * @param graceMs how long pulls that began with an old robot or client certificate may take before it goes
 * @throws ROTATION_NOT_OURS, ROTATION_NOTHING where no document fits; what planning and observing throw
 */
export async function rotate(
  rotation: Rotation,
  names: readonly string[],
  graceMs: number,
  context: RotationContext,
): Promise<RotationReport> {
  const stages = await stagesOf[rotation](names, context, graceMs);
  const reports = await runStages(stages, context.isDry);
  return { rotation, stages: reports, outcome: outcomeOf(reports) };
}

type Stages = readonly (() => Promise<StageReport>)[];

const stagesOf: Readonly<
  Record<Rotation, (names: readonly string[], context: RotationContext, graceMs: number) => Promise<Stages>>
> = {
  server: serverStages,
  clients: clientStages,
  ca: authorityStages,
  robots: robotStages,
};

function certificatesAmong(
  names: readonly string[],
  { documents }: RotationContext,
  fits: (document: CertificateDocument) => boolean,
): readonly CertificateDocument[] {
  const found = chosen(names, documents, "HarborCertificate") as readonly CertificateDocument[];
  const fitting = names.length > 0 ? found : found.filter(fits);
  if (fitting.length === 0) throw new MoorlineError("ROTATION_NOTHING", { subject: "HarborCertificate" });
  return fitting;
}

function chosen(names: readonly string[], documents: readonly Document[], kind: string): readonly Document[] {
  const ofKind = documents.filter((d) => d.kind === kind);
  const missing = names.find((name) => ofKind.every((d) => d.metadata.name !== name));
  if (missing !== undefined)
    throw new MoorlineError("DOCUMENT_REFERENCE_MISSING", {
      subject: "moorline rotate",
      parameters: { reference: `${kind}/${missing}` },
    });
  return ofKind.filter((d) => names.length === 0 || names.includes(d.metadata.name));
}

const isIssuedHere = ({ spec }: CertificateDocument): boolean => spec.issuer.provided === undefined;

async function askOnce(
  certificates: readonly CertificateDocument[],
  which: "server" | "clients",
  { world, stopping }: RotationContext,
): Promise<void> {
  for (const document of certificates)
    if (!(await isRotatingPairs(document, which, world, stopping)))
      await requestPairs(document, which, world, stopping);
}

/** Marks the end once everything was proved; a dry run marks nothing. */
const ending =
  (mark: () => Promise<void>, { isDry }: RotationContext): (() => Promise<StageReport>) =>
  async () => {
    if (!isDry) await mark();
    const stage = message("rotation.ended");
    return { stage, outcome: isDry ? "planned" : "done", steps: [], proofs: [] };
  };

async function serverStages(names: readonly string[], context: RotationContext): Promise<Stages> {
  const certificates = certificatesAmong(names, context, isIssuedHere);
  const { world, stopping } = context;
  const replace = {
    stage: message("rotation.replaceServer"),
    only: certificateKinds,
    before: () => askOnce(certificates, "server", context),
    forecast: pairsRequested(certificates, "server"),
  };
  return Promise.resolve([
    () => applyStage(replace, context),
    ending(async () => {
      for (const document of certificates) await endPairs(document, "server", world, stopping);
    }, context),
  ]);
}

async function clientStages(
  names: readonly string[],
  context: RotationContext,
  graceMs: number,
): Promise<Stages> {
  const certificates = certificatesAmong(names, context, (d) => isIssuedHere(d) && d.spec.clients.length > 0);
  const { documents, world, stopping, keepOld = false } = context;
  const replace = {
    stage: message("rotation.replaceClients"),
    only: certificateKinds,
    before: () => askOnce(certificates, "clients", context),
    forecast: pairsRequested(certificates, "clients"),
  };
  return Promise.resolve([
    () => applyStage(replace, context),
    () =>
      nodesStage(message("rotation.clientsOnNodes"), context, () =>
        provedByLog(certificates, documents, world, stopping),
      ),
    ...(keepOld ? [] : [() => revokeStage(certificates, context, graceMs)]),
    ending(async () => {
      for (const document of certificates) await endPairs(document, "clients", world, stopping);
    }, context),
  ]);
}

/**
 * Revokes what the new client certificates replaced: those whose use was proved in the stages before, once nobody
 * has come with an old one for a while. What is recorded to be revoked and what the next list says are one stage: cut
 * off in between, the same command goes on.
 */
async function revokeStage(
  certificates: readonly CertificateDocument[],
  context: RotationContext,
  graceMs: number,
): Promise<StageReport> {
  const { documents, world, stopping } = context;
  const stage = message("rotation.revokeClients", { seconds: graceMs / 1000 });
  const all: { document: CertificateDocument; client: string; serials: readonly string[] }[] = [];
  for (const document of certificates)
    if (context.isDry)
      all.push(...document.spec.clients.map(({ name: client }) => ({ document, client, serials: [] })));
    else
      for (const each of await supersededClients(document, world, stopping)) all.push({ document, ...each });
  const proved = all.filter(({ document, client }) => isUseProved(documents, document, client));
  const left = all.filter((each) => !proved.includes(each)).map(({ client }) => client);
  const kept =
    left.length === 0 ? {} : { reason: message("rotation.keptClients", { names: left.join(", ") }) };
  const steps = proved.map(({ document, client, serials }) => ({
    title: message("rotation.revokeClient", { client, serials: serials.join(", ") || "-" }),
    target: document.metadata.name,
  }));
  if (context.isDry) return { ...planned(stage), steps, ...kept };
  if (proved.length > 0) {
    const serials = proved.flatMap((each) => each.serials);
    const showing = await untilNobodyShows(serials, graceMs, context);
    if (showing.length > 0) {
      const reason = message("rotation.stillShowing", { names: showing.slice(0, 20).join(", ") });
      return { ...planned(stage), outcome: "waiting", reason };
    }
  }
  const report = await applyStage(
    {
      stage,
      only: certificateKinds,
      before: async () => {
        for (const { document, client } of proved)
          await revokeReplaced(document, client, "superseded", world, stopping);
      },
    },
    context,
  );
  return { ...report, steps: [...steps, ...report.steps], ...(report.reason === undefined && kept) };
}

/** Where a rollover stands, it is gone on with; only one that has not begun is begun. */
async function authorityStages(names: readonly string[], context: RotationContext): Promise<Stages> {
  const certificates = certificatesAmong(
    names,
    context,
    ({ spec }) => spec.issuer.ownAuthority !== undefined && !spec.issuer.ownAuthority.intermediate,
  );
  const { world, stopping, isDry } = context;
  const stages = await Promise.all(certificates.map((d) => rolloverStage(d, world, stopping))).catch(
    (thrown: unknown) => {
      // A dry run shows the stages all the same, and in each why its steps can not be told.
      if (!isDry || stopping.aborted) throw thrown;
      return fromUnknown(thrown, "moorline rotate ca");
    },
  );
  const permit = async (stage: "introduce" | "switch" | "retire"): Promise<void> => {
    for (const document of certificates) {
      const at = await rolloverStage(document, world, stopping);
      if (at === stage || (stage === "introduce" && at === "done"))
        await permitRollover(stage, document, world, stopping);
    }
  };
  const apply = (
    stage: "introduce" | "switch" | "retire",
    title: Parameters<typeof applyStage>[0]["stage"],
    before: () => Promise<void>,
  ): Promise<StageReport> =>
    stages instanceof MoorlineError
      ? Promise.resolve({ ...planned(title), reason: stepsUnknown(stages) })
      : applyStage(
          { stage: title, only: certificateKinds, before, forecast: rolloverAt(certificates, stage) },
          context,
        );
  const known = stages instanceof MoorlineError ? [] : stages;
  const isBeyondSwitch = known.length > 0 && known.every((s) => s === "retire");
  const introduce: Stages = [
    () =>
      apply("introduce", message("rotation.introduceAuthority"), async () => {
        // One that is under way is not begun again.
        if (known.every((s) => s === "done" || s === "introduce")) await permit("introduce");
      }),
    () => nodesStage(message("rotation.bothOnNodes"), context),
  ];
  return [
    ...(isBeyondSwitch ? [] : introduce),
    () => apply("switch", message("rotation.switchAuthority"), () => permit("switch")),
    () => nodesStage(message("rotation.newOnNodes"), context),
    async () =>
      (isDry ? undefined : await sharedStage(certificates, context)) ??
      (await apply("retire", message("rotation.retireAuthority"), () => permit("retire"))),
    () => nodesStage(message("rotation.onlyNewOnNodes"), context),
  ];
}

/** The trust in a CA does not end under documents that share it and were not given. */
async function sharedStage(
  certificates: readonly CertificateDocument[],
  { documents, world, stopping }: RotationContext,
): Promise<StageReport | undefined> {
  const given = new Set(documents.filter((d) => d.kind === "HarborCertificate").map((d) => d.metadata.name));
  const names = new Set<string>();
  for (const document of certificates)
    for (const name of await othersOfPrevious(document, world, stopping))
      if (!given.has(name)) names.add(name);
  if (names.size === 0) return undefined;
  const reason = message("rotation.authorityShared", { documents: [...names].join(", ") });
  return { ...planned(message("rotation.retireAuthority")), outcome: "waiting", reason };
}

async function robotStages(
  names: readonly string[],
  context: RotationContext,
  graceMs: number,
): Promise<Stages> {
  const { documents, world, stopping, signal } = context;
  const bindings = chosen(names, documents, "ProjectBinding") as readonly Document<ProjectBindingSpec>[];
  if (bindings.length === 0) throw new MoorlineError("ROTATION_NOTHING", { subject: "ProjectBinding" });
  const mark = async (what: "ask" | "finish"): Promise<void> => {
    for (const document of bindings) {
      const { asked, replaced } = await robotRotation(document, world, stopping);
      // A rotation that is under way is ended before another begins.
      if (what === "finish" || asked.length + replaced.length === 0)
        await markRobots(what, document, world, stopping);
    }
  };
  const replace = {
    stage: message("rotation.replaceRobots"),
    only: ["ProjectBinding"],
    before: () => mark("ask"),
    forecast: robotsRequested(bindings),
  };
  const remove = {
    stage: message("rotation.removeRobots", { seconds: graceMs / 1000 }),
    only: ["ProjectBinding"],
    before: async () => {
      await world.clock.sleep(graceMs, signal);
      await mark("finish");
    },
  };
  return Promise.resolve([
    () => applyStage(replace, context),
    async () =>
      context.isDry
        ? await removalForecast(remove.stage, bindings, context)
        : await applyStage(remove, context),
  ]);
}

async function removalForecast(
  stage: StageReport["stage"],
  bindings: readonly Document<ProjectBindingSpec>[],
  { world, stopping }: RotationContext,
): Promise<StageReport> {
  const steps: StageReport["steps"][number][] = [];
  try {
    for (const document of bindings)
      for (const { robot, secret } of await robotsInUse(document, world, stopping))
        steps.push({ title: message("rotation.removeRobot", { robot }), target: secret });
  } catch (thrown) {
    stopping.throwIfAborted();
    return { ...planned(stage), reason: stepsUnknown(fromUnknown(thrown, "moorline rotate robots")) };
  }
  return { ...planned(stage), steps };
}
