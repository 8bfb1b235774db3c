import type { World } from "../../../../kinds/world.ts";
import type { Evidence } from "../../evidence.ts";
import { evidenceOf } from "../ask.ts";

/** Seconds that two clocks may differ; a registry takes a token that is 60 s from the future. */
const allowed = 60;

/**
 * Compares a node's clock with this machine's. Where the registry is asked, it is not asked for its time: a clock that
 * is far off lets no handshake with it succeed.
 * @throws HOST_* where the node runs no commands
 */
export async function probeClock({ host, clock }: World, signal: AbortSignal): Promise<readonly Evidence[]> {
  const say = evidenceOf("clock", `node/${host.name}`);
  const before = clock.now().getTime() / 1000;
  const { exitCode, stdout } = await host.run(["date", "-u", "+%s"], { timeoutMs: 10_000, signal });
  const after = clock.now().getTime() / 1000;
  const there = Number(stdout.trim());
  if (exitCode !== 0 || !Number.isSafeInteger(there) || there <= 0)
    return [say.unknown("`date` gives no time there", "该节点的 `date` 未给出时间")];
  // Its answer lies between the two; the second that it leaves away counts for it.
  const off = there + 1 < before ? there + 1 - before : Math.max(0, there - after);
  if (Math.abs(off) <= allowed) return [say.fine("its clock agrees with this machine's", "时钟与本机一致")];
  const seconds = Math.round(Math.abs(off));
  const [en, zh] = off > 0 ? ["ahead of", "快"] : ["behind", "慢"];
  return [
    say.wrong(
      "NODE_CLOCK_OFF",
      `its clock is ${seconds} s ${en} this machine's`,
      `该节点的时钟比本机${zh} ${seconds} 秒`,
    ),
  ];
}
