/** Labels of one series; a small fixed set of values each, never names that grow with the cluster. */
export type Labels = Readonly<Record<string, string>>;

interface Series {
  readonly labels: Labels;
  value: number;
  /** Of a histogram: how many fell at or below each bound. */
  readonly counts?: number[];
  sum?: number;
}

type Type = "counter" | "gauge" | "histogram";

const buckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

/** One measure with its series. */
export class Metric {
  readonly name: string;
  readonly help: string;
  readonly type: Type;
  readonly #series = new Map<string, Series>();
  /** The same by labels as they were given: calls are counted by the thousand, and sorting labels costs more than counting. */
  readonly #given = new Map<string, Series>();
  /** Keys of the series that {@link replace} put there, by what they have in common. */
  readonly #replaced = new Map<string, readonly string[]>();

  constructor(name: string, type: Type, help: string) {
    this.name = name;
    this.type = type;
    this.help = help;
  }

  add(labels: Labels = {}, by = 1): void {
    this.#of(labels).value += by;
  }

  set(labels: Labels, value: number): void {
    this.#of(labels).value = value;
  }

  /** Counts a value into a histogram. */
  observe(labels: Labels, value: number): void {
    const series = this.#of(labels);
    series.value++;
    series.sum = (series.sum ?? 0) + value;
    for (const [i, bound] of buckets.entries()) if (value <= bound && series.counts) series.counts[i]! += 1;
  }

  /**
   * Puts one set of series in the place of those that the last call with the same labels put there, and of the one that
   * carries these labels alone.
   */
  replace(of: Labels, by: readonly { readonly labels: Labels; readonly value: number }[]): void {
    const common = braces(of);
    for (const key of [common, ...(this.#replaced.get(common) ?? [])]) this.#series.delete(key);
    this.#given.clear();
    const keys = by.map(({ labels, value }) => {
      const all = { ...of, ...labels };
      this.set(all, value);
      return braces(all);
    });
    if (keys.length > 0) this.#replaced.set(common, keys);
    else this.#replaced.delete(common);
  }

  text(): string {
    const lines = [`# HELP ${this.name} ${this.help}`, `# TYPE ${this.name} ${this.type}`];
    for (const { labels, value, counts, sum } of this.#series.values()) {
      if (counts === undefined) lines.push(`${this.name}${braces(labels)} ${number(value)}`);
      else {
        for (const [i, bound] of buckets.entries())
          lines.push(`${this.name}_bucket${braces({ ...labels, le: String(bound) })} ${counts[i]}`);
        lines.push(`${this.name}_bucket${braces({ ...labels, le: "+Inf" })} ${value}`);
        lines.push(`${this.name}_sum${braces(labels)} ${number(sum ?? 0)}`);
        lines.push(`${this.name}_count${braces(labels)} ${value}`);
      }
    }
    return `${lines.join("\n")}\n`;
  }

  #of(labels: Labels): Series {
    let given = "";
    for (const name in labels) given += `${name}\n${labels[name]}\n`;
    const known = this.#given.get(given);
    if (known !== undefined) return known;
    const series = this.#canonical(labels);
    this.#given.set(given, series);
    return series;
  }

  #canonical(labels: Labels): Series {
    const key = braces(labels);
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const made: Series = {
      labels,
      value: 0,
      ...(this.type === "histogram" && { counts: buckets.map(() => 0), sum: 0 }),
    };
    this.#series.set(key, made);
    return made;
  }
}

const number = (value: number): string =>
  Number.isFinite(value) ? String(value) : value > 0 ? "+Inf" : value < 0 ? "-Inf" : "NaN";

/** `{kind="ProjectBinding"}`, escaped as the text format asks (Prometheus exposition formats, "Comments, help text, and type information"). */
function braces(labels: Labels): string {
  const parts = Object.entries(labels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, value]) =>
        `${name}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`,
    );
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

/** What the controller tells about itself (docs/controller.md). */
export type ControllerMetrics = ReturnType<typeof controllerMetrics>;

export function controllerMetrics() {
  const counter = (name: string, help: string): Metric => new Metric(`moorline_${name}`, "counter", help);
  const gauge = (name: string, help: string): Metric => new Metric(`moorline_${name}`, "gauge", help);
  return {
    reconcile: new Metric(
      "moorline_reconcile_seconds",
      "histogram",
      "Time of one look at a document, by kind, extent (all, or some projects of a binding) and result.",
    ),
    queueDepth: gauge("queue_depth", "Documents and projects that wait to be looked at."),
    queueAdds: counter("queue_adds_total", "How often something was to be looked at."),
    queueRetries: counter("queue_retries_total", "How often a look failed and is tried again."),
    calls: counter(
      "api_calls_total",
      "Calls to servers, by server (kubernetes; harbor and other HTTPS servers, with the class of the route), verb and result.",
    ),
    expiry: gauge(
      "expiry_days",
      "Days until the first of its type ends, by document and type; negative once it has.",
    ),
    due: gauge("due", "Things that end, by document and state (ok, due, overdue, unknown)."),
    proofs: gauge("proofs", "Proofs of the last whole look, by document and result."),
    proved: gauge("last_proof_timestamp_seconds", "When all proofs of a document last held."),
    ready: gauge("ready", "1 where a document is ready, 0 where not."),
    documents: gauge("documents", "Documents in the cluster, by kind."),
    missingKinds: gauge("kinds_missing", "1 for each kind whose definition the cluster does not have."),
    leader: gauge("leader", "1 while this replica works."),
    failedPulls: counter("failed_pulls_total", "Failed pulls that events told of, by cause."),
    memory: gauge("process_resident_memory_bytes", "Resident memory."),
  } as const;
}
