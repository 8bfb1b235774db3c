const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** RFC 3339, as nearly everything writes it. @returns milliseconds, or undefined where it is no time */
export function parseIsoTime(text: string): number | undefined {
  const time = parseUtc(text) ?? Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** What a time in UTC has at each place; a digit where it is `0`. */
const shape = "0000-00-00T00:00:00.";

/** `2026-11-22T19:05:34.123456Z`, the most frequent by far, faster than Date.parse. @returns undefined for all else */
function parseUtc(text: string): number | undefined {
  const end = text.length - 1;
  if (end < 19 || end === 20 || end > 40 || text.charCodeAt(end) !== 0x5a) return undefined;
  for (let at = 0; at < end; at++) {
    const wanted = at < shape.length ? shape.charCodeAt(at) : 0x30;
    const code = text.charCodeAt(at);
    if (wanted === 0x30 ? code < 0x30 || code > 0x39 : code !== wanted) return undefined;
  }
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2)];
  const [hour, minute, second] = [digits(text, 11, 2), digits(text, 14, 2), digits(text, 17, 2)];
  // The ends of months and leap seconds are left to Date.parse.
  if (year < 1000 || month < 1 || month > 12 || day < 1 || day > 28) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const places = Math.min(3, Math.max(0, end - 20));
  const milliseconds = digits(text, 20, places) * 10 ** (3 - places);
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
}

/** The number that digits are. */
function digits(text: string, from: number, length: number): number {
  let value = 0;
  for (let at = from; at < from + length; at++) value = value * 10 + text.charCodeAt(at) - 0x30;
  return value;
}

/**
 * A time without its year, in the year that lies nearest before now: `Jan  7 20:08:44`, or klog's `0107 20:08:44.1`.
 * @param month 0 to 11
 * @param clock `20:08:44` with or without a fraction
 * @param now milliseconds; a day of tolerance for clocks that are ahead
 */
export function timeInYear(month: number, day: number, clock: string, now: number): number | undefined {
  const milliseconds = Math.floor(Number(clock.slice(6)) * 1000);
  const year = new Date(now).getUTCFullYear();
  const at = (y: number): number =>
    Date.UTC(y, month, day, digits(clock, 0, 2), digits(clock, 3, 2), 0) + milliseconds;
  const here = at(year);
  const time = here > now + 86_400_000 ? at(year - 1) : here;
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
