import type { Document } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import { message } from "../../text/message.ts";
import type { CertificateDocument } from "../harbor-certificate/gathered.ts";
import {
  endPairs,
  isRotatingPairs,
  permitRollover,
  requestPairs,
  rolloverStage,
} from "../harbor-certificate/rotation.ts";
import { markRobots, robotRotation } from "../project-binding/rotation.ts";
import type { ProjectBindingSpec } from "../project-binding/schema.ts";
import { outcomeOf, type Rotation, type RotationReport, type StageReport } from "./report.ts";
import { applyStage, nodesStage, runStages, type RotationContext } from "./stages.ts";

const certificateKinds = ["HarborCertificate", "HarborRegistry"];

/**
 * Replaces what must be replaced from time to time, in stages of which each is proved before the next begins. What was
 * asked for stands beside the thing itself (the certificate's store, the robot's Secret): a run that was cut off is
 * gone on with by the next, from any machine, and `apply` in between harms nothing.
 * @param names of the documents concerned; all of the kind by default
 * @param graceMs how long pulls that began with an old robot may take before it goes
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
  return Promise.resolve([
    () =>
      applyStage(message("rotation.replaceServer"), certificateKinds, context, () =>
        askOnce(certificates, "server", context),
      ),
    ending(async () => {
      for (const document of certificates) await endPairs(document, "server", world, stopping);
    }, context),
  ]);
}

async function clientStages(names: readonly string[], context: RotationContext): Promise<Stages> {
  const certificates = certificatesAmong(names, context, (d) => isIssuedHere(d) && d.spec.clients.length > 0);
  const { world, stopping } = context;
  return Promise.resolve([
    () =>
      applyStage(message("rotation.replaceClients"), certificateKinds, context, () =>
        askOnce(certificates, "clients", context),
      ),
    () => nodesStage(message("rotation.clientsOnNodes"), context),
    ending(async () => {
      for (const document of certificates) await endPairs(document, "clients", world, stopping);
    }, context),
  ]);
}

/** Where a rollover stands, it is gone on with; only one that has not begun is begun. */
async function authorityStages(names: readonly string[], context: RotationContext): Promise<Stages> {
  const certificates = certificatesAmong(
    names,
    context,
    ({ spec }) => spec.issuer.ownAuthority !== undefined && !spec.issuer.ownAuthority.intermediate,
  );
  const { world, stopping } = context;
  const stages = await Promise.all(certificates.map((d) => rolloverStage(d, world, stopping)));
  const permit = async (stage: "introduce" | "switch" | "retire"): Promise<void> => {
    for (const document of certificates) {
      const at = await rolloverStage(document, world, stopping);
      if (at === stage || (stage === "introduce" && at === "done"))
        await permitRollover(stage, document, world, stopping);
    }
  };
  const isBeyondSwitch = stages.every((s) => s === "retire");
  const introduce: Stages = [
    () =>
      applyStage(message("rotation.introduceAuthority"), certificateKinds, context, async () => {
        // One that is under way is not begun again.
        if (stages.every((s) => s === "done" || s === "introduce")) await permit("introduce");
      }),
    () => nodesStage(message("rotation.bothOnNodes"), context),
  ];
  return [
    ...(isBeyondSwitch ? [] : introduce),
    () => applyStage(message("rotation.switchAuthority"), certificateKinds, context, () => permit("switch")),
    () => nodesStage(message("rotation.newOnNodes"), context),
    () => applyStage(message("rotation.retireAuthority"), certificateKinds, context, () => permit("retire")),
    () => nodesStage(message("rotation.onlyNewOnNodes"), context),
  ];
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
  return Promise.resolve([
    () => applyStage(message("rotation.replaceRobots"), ["ProjectBinding"], context, () => mark("ask")),
    () =>
      applyStage(
        message("rotation.removeRobots", { seconds: graceMs / 1000 }),
        ["ProjectBinding"],
        context,
        async () => {
          await world.clock.sleep(graceMs, signal);
          await mark("finish");
        },
      ),
  ]);
}
