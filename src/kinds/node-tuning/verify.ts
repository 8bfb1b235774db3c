import type { Proof } from "../../engine/kind.ts";
import { isError } from "../../model/errors.ts";
import { message, type Message } from "../../text/message.ts";
import type { World } from "../world.ts";
import { askEffective, type Effective } from "./effective.ts";
import { gather, type Gathered, type TuningDocument } from "./gather.ts";
import { whyUnhealthy } from "./health.ts";
import { saysTheSame, valueAt, wantedSettings } from "./settings.ts";

/** Proves that the kubelet runs with the settings: it is asked itself, through the API server. */
export async function verify(
  document: TuningDocument,
  world: World,
  signal: AbortSignal,
): Promise<readonly Proof[]> {
  const gathered = await gather(document, world, signal);
  const { ok, detail } = (await standsForAMachine(gathered, world, signal))
    ? judgeFile(document, gathered, message("nodeTuning.provedFile"))
    : await judge(document, gathered, world, signal);
  return [{ title: message("nodeTuning.proof"), subject: world.host.name, ok, detail }];
}

interface Judgement {
  readonly ok: boolean;
  readonly detail: Message;
}

const failed = (reason: string): Judgement => ({
  ok: false,
  detail: message("nodeTuning.failed", { reason }),
});

async function judge(
  document: TuningDocument,
  gathered: Gathered,
  world: World,
  signal: AbortSignal,
): Promise<Judgement> {
  const ill = await whyUnhealthy(gathered.values, world.host, signal);
  if (ill !== undefined) return failed(ill);
  const effective = await askEffective(gathered.kubelet, world, signal);
  if (effective.type === "failed" || effective.type === "unknown") return failed(effective.reason);
  if (effective.type === "answered") return judgeAnswer(document, effective);
  if (gathered.record.restartPending) return failed("restart pending");
  return judgeFile(document, gathered, message("nodeTuning.provedHealth"));
}

function judgeAnswer(
  { spec }: TuningDocument,
  { ready, values }: Effective & { type: "answered" },
): Judgement {
  if (!ready) return failed("the node is not Ready");
  const wanted = wantedSettings(spec);
  const differing = wanted.filter(({ path, value }) => !saysTheSame(value, valueAt(values, path)));
  if (differing.length === 0)
    return { ok: true, detail: message("nodeTuning.provedEffective", { count: wanted.length }) };
  return failed(differing.map(({ name, path }) => `${name} ${String(valueAt(values, path))}`).join(", "));
}

/** With nobody to ask, what the file says must do. */
function judgeFile({ spec }: TuningDocument, { values, overridden }: Gathered, detail: Message): Judgement {
  const differing = wantedSettings(spec).filter(
    ({ name, path, value }) =>
      !saysTheSame(value, valueAt(values, path)) && !overridden.some((o) => o.name === name),
  );
  const names = [...differing, ...overridden].map((s) => s.name);
  return names.length === 0 ? { ok: true, detail } : failed(names.join(", "));
}

/** Whether this is a folder, from which an image is made, rather than a machine whose kubelet could run. */
async function standsForAMachine(
  { kubelet }: Gathered,
  { host }: World,
  signal: AbortSignal,
): Promise<boolean> {
  if (kubelet.runs) return false;
  try {
    await host.run(["true"], { timeoutMs: 10_000, signal });
    return false;
  } catch (thrown) {
    return isError(thrown, "HOST_COMMANDS_UNAVAILABLE");
  }
}
