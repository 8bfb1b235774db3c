/**
 * Lines of the recorded contract that the embedded KubeSphere does not meet, each with the reason. The contract test fails
 * for a line that is listed and met all the same, so this list can only shrink.
 */
export const notMet: Readonly<Record<string, string>> = {};
