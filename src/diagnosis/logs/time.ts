const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** RFC 3339, as nearly everything writes it. @returns milliseconds, or undefined where it is no time */
export function parseIsoTime(text: string): number | undefined {
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * A time without its year, in the year that lies nearest before now: `Jan  7 20:08:44`, or klog's `0107 20:08:44.1`.
 * @param month 0 to 11
 * @param now milliseconds; a day of tolerance for clocks that are ahead
 */
export function timeInYear(month: number, day: number, clock: string, now: number): number | undefined {
  const [hours, minutes, seconds] = clock.split(":").map(Number);
  const year = new Date(now).getUTCFullYear();
  const at = (y: number): number =>
    Date.UTC(y, month, day, hours, minutes, 0) + Math.floor((seconds ?? 0) * 1000);
  const time = at(year) > now + 86_400_000 ? at(year - 1) : at(year);
  return Number.isNaN(time) ? undefined : time;
}

/** The number of an English month's name, 0 to 11; -1 where it is none. */
export const monthNumber = (name: string): number => months.indexOf(name);

/** nginx's and Apache's `22/Nov/2026:19:07:37 +0000`. */
export function parseCommonLogTime(text: string): number | undefined {
  const found = /^(\d\d)\/(\w{3})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/.exec(text);
  if (found === null) return undefined;
  const [, day = "", month = "", year = "", clock = "", hours = "", minutes = ""] = found;
  const number = String(monthNumber(month) + 1).padStart(2, "0");
  return parseIsoTime(`${year}-${number}-${day}T${clock}${hours}:${minutes}`);
}
