import { componentNamed, type Component } from "./component.ts";
import { monthNumber, parseIsoTime, timeInYear } from "./time.ts";

/** A line without what carried it: syslog, docker-compose, kubectl, the container runtime. */
export interface Unwrapped {
  readonly text: string;
  /** The carrier's time, in milliseconds. */
  readonly time?: number | undefined;
  /** Whom the carrier names. */
  readonly component?: Component | undefined;
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
    const carrier = carrierOf(text, now);
    if (carrier === undefined) break;
    text = text.slice(carrier.length);
    time = carrier.time ?? time;
    component ??= carrier.component;
  }
  return { text, time, component };
}

interface Carrier {
  readonly length: number;
  readonly time?: number | undefined;
  readonly component?: Component | undefined;
}

/** What carries a line. An expression is only tried where its first characters can stand: most lines have no carrier. */
function carrierOf(text: string, now: number): Carrier | undefined {
  const first = text.charCodeAt(0);
  if (first === 0x5b) return named(kubectl.exec(text));
  // `2026-11-22T…`
  if (isDigit(first) && text.charCodeAt(4) === 0x2d && text.charCodeAt(10) === 0x54) {
    const found = cri.exec(text) ?? stamped.exec(text);
    if (found !== null) return { length: found[0].length, time: parseIsoTime(found[1] ?? "") };
  }
  if (text.charCodeAt(3) === 0x20) {
    const found = syslog.exec(text);
    if (found !== null) return ofSyslog(found, now);
  }
  // `<13>1 ` or `1 `
  if (first === 0x3c || (first === 0x31 && text.charCodeAt(1) === 0x20)) {
    const found = syslog5424.exec(text);
    if (found !== null)
      return {
        length: found[0].length,
        time: parseIsoTime(found[1] ?? ""),
        component: componentNamed(found[2] ?? ""),
      };
  }
  return mayBeCompose(text) ? named(compose.exec(text)) : undefined;
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

function named(found: RegExpExecArray | null): Carrier | undefined {
  return found === null ? undefined : { length: found[0].length, component: componentNamed(found[1] ?? "") };
}

function ofSyslog(found: RegExpExecArray, now: number): Carrier {
  const [whole, month = "", day = "", clock = "", , program = ""] = found;
  return {
    length: whole.length,
    time: timeInYear(monthNumber(month), Number(day), clock, now),
    component: componentNamed(program),
  };
}

/** Whether a bar, or what may be a blank beyond ASCII, follows the first word. */
function mayBeCompose(text: string): boolean {
  let at = 0;
  while (at < 65 && isNameCharacter(text.charCodeAt(at))) at++;
  while (text.charCodeAt(at) <= 0x20) at++;
  const code = text.charCodeAt(at);
  return code === 0x7c || code >= 0x80;
}

function isNameCharacter(code: number): boolean {
  const letter = code | 0x20;
  return (
    (letter >= 0x61 && letter <= 0x7a) || isDigit(code) || code === 0x2e || code === 0x2d || code === 0x5f
  );
}
