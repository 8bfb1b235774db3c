/** The next time, in milliseconds since 1970, that a six-field cron expression names (UTC), or undefined. */
export function nextTime(cron: string, after: number): number | undefined {
  const [second, minute, hour, day, month, weekday, ...rest] = cron.trim().split(/\s+/);
  if (weekday === undefined || rest.length > 0 || second !== "0") return undefined;
  const minuteMilliseconds = 60_000;
  let at = (Math.floor(after / minuteMilliseconds) + 1) * minuteMilliseconds;
  // A year of minutes at most; days that do not match are skipped whole.
  for (let steps = 0; steps < 20_000; steps++) {
    const date = new Date(at);
    const dayFits =
      fits(day, date.getUTCDate()) && fits(month, date.getUTCMonth() + 1) && fits(weekday, date.getUTCDay());
    if (!dayFits) at = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1);
    else if (!fits(hour, date.getUTCHours())) at = (Math.floor(at / 3_600_000) + 1) * 3_600_000;
    else if (!fits(minute, date.getUTCMinutes())) at += minuteMilliseconds;
    else return at;
  }
  return undefined;
}

function fits(field: string | undefined, value: number): boolean {
  return (field ?? "").split(",").some((part) => {
    const [range = "", step] = part.split("/");
    const [low, high] = range === "*" ? [0, 59] : range.split("-").map(Number);
    if (low === undefined) return false;
    const top = high ?? (step === undefined ? low : 59);
    return value >= low && value <= top && (value - low) % Number(step ?? 1) === 0;
  });
}
