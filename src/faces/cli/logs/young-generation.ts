import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

const mostBytes = 8 << 20;

/**
 * Keeps V8 from growing the space of young objects beyond 8 MiB. It doubles that space for as long as there is much
 * garbage, which reading gigabytes always makes: more than 100 MiB for no speed. The size can only be set before
 * a process starts, the growth at any time. What has been bounded stays so for the process.
 */
export function boundYoungGeneration(): Disposable {
  const timer = setInterval(() => {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
    if (young === undefined || young.space_size < mostBytes) return;
    setFlagsFromString("--semi-space-growth-factor=1");
    clearInterval(timer);
  }, 10);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
