/** Exit codes that every command shares. */
export const exitCodes = { done: 0, error: 1, pending: 2, stuck: 3, stopped: 130 } as const;
