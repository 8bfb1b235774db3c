import { componentNamed, type Component } from "./component.ts";
import { monthNumber, parseIsoTime, timeInYear } from "./time.ts";

/** A line without what carried it: syslog, docker-compose, kubectl, the container runtime. */
export interface Unwrapped {
  readonly text: string;
  /** The carrier's time, in milliseconds. */
  readonly time?: number;
  /** Whom the carrier names. */
  readonly component?: Component;
}

// oxlint-disable-next-line no-control-regex -- colours are what this takes away
const colours = /\u001b\[[\d;]*m/g;
/** docker-compose v1 and v2: `harbor-core   | `. */
const compose = /^([\w.-]{1,64})\s*\| ?/;
/** kubectl logs --prefix: `[pod/harbor-core-5d/core] `. */
const kubectl = /^\[pod\/([^\]]{1,300})\] /;
/** rsyslog's traditional format and journalctl's text: `Jan  7 20:08:44 172.18.0.1 core[15038]: `. */
const syslog = /^(\w{3}) ([ \d]\d) (\d\d:\d\d:\d\d) (\S{1,255}) ([\w./-]{1,128})(?:\[\d+\])?: /;
/** RFC 5424: `<13>1 2026-01-07T20:08:44Z host core 15038 - - `. */
const syslog5424 = /^(?:<\d{1,3}>)?1 (\S{10,40}) \S{1,255} (\S{1,48}) \S+ \S+ (?:-|\[[^\]]*\]) (?:\uFEFF)?/;
/** The CRI's files below /var/log/pods: `2026-11-22T19:00:36.1Z stdout F `. */
const cri = /^(\d{4}-\d\d-\d\dT\S{9,40}) std(?:out|err) [FP] /;
/** docker logs -t and kubectl logs --timestamps; Harbor's own lines go on with `[`. */
const stamped = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) (?!\[[A-Z]+\])/;

/**
 * Takes carriers away, up to four of them.
 * @param now milliseconds, for times without a year
 */
export function unwrap(line: string, now: number): Unwrapped {
  let text = line.includes("\u001b[") ? line.replace(colours, "") : line;
  let time: number | undefined;
  let component: Component | undefined;
  for (let depth = 0; depth < 4; depth++) {
    const before = text;
    const first = text.charCodeAt(0);
    let found: RegExpExecArray | null;
    if (first === 0x5b && (found = kubectl.exec(text)) !== null) component ??= componentNamed(found[1] ?? "");
    else if ((found = cri.exec(text)) !== null || (found = stamped.exec(text)) !== null)
      time = parseIsoTime(found[1] ?? "") ?? time;
    else if ((found = syslog.exec(text)) !== null) {
      const [, month = "", day = "", clock = "", , program = ""] = found;
      time = timeInYear(monthNumber(month), Number(day), clock, now) ?? time;
      component ??= componentNamed(program);
    } else if ((found = syslog5424.exec(text)) !== null) {
      time = parseIsoTime(found[1] ?? "") ?? time;
      component ??= componentNamed(found[2] ?? "");
    } else if ((found = compose.exec(text)) !== null) component ??= componentNamed(found[1] ?? "");
    else break;
    text = text.slice(found[0].length);
    if (text === before) break;
  }
  return { text, ...(time !== undefined && { time }), ...(component !== undefined && { component }) };
}
