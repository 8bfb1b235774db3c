import { storageKey } from "../resource.ts";
import type { JsonObject } from "../json.ts";
import { namespaceOf, type ApiObject } from "../object.ts";
import { apiVersionOf } from "../resource.ts";
import { expired } from "../status.ts";
import type { StoreEvent } from "../store.ts";
import { readRevision, selectionOf, shownAs, type Selection } from "./list.ts";
import { isSet, type ResourceRequest } from "./request.ts";

const bookmarkMilliseconds = 60_000;
const longestSeconds = 1_800;

/** Streams changes, one JSON object a line, until the time is up or the client goes. */
export function watch(request: ResourceRequest): void {
  const { context, query, resource, response, target } = request;
  const selection = selectionOf(request);
  const given = query.get("resourceVersion") ?? "";
  const revision = given === "" || given === "0" ? undefined : readRevision(given);
  response.writeHead(200, { "cache-control": "no-cache, private", "content-type": "application/json" });
  response.flushHeaders();
  const stream = new WatchStream(request, selection);
  const missed = revision === undefined ? undefined : context.store.eventsSince(revision);
  if (revision !== undefined && missed === undefined) {
    stream.fail(
      expired(`too old resource version: ${revision} (${context.store.oldestRevision + 1})`).toStatus(),
    );
    return;
  }
  if (missed === undefined) {
    const current = context.store.list(storageKey(resource), target.namespace).filter(selection.matches);
    for (const object of current) stream.send("ADDED", object);
  } else {
    for (const event of missed) stream.onEvent(event);
  }
  stream.follow();
}

class WatchStream {
  readonly #request: ResourceRequest;
  readonly #selection: Selection;
  readonly #key: string;
  #sent = 0;
  #isOver = false;
  #stop: (() => void) | undefined;

  constructor(request: ResourceRequest, selection: Selection) {
    this.#request = request;
    this.#selection = selection;
    this.#key = storageKey(request.resource);
  }

  follow(): void {
    if (this.#isOver) return;
    const { context, query, response } = this.#request;
    const unsubscribe = context.store.subscribe((event) => this.onEvent(event));
    const asked = Number(query.get("timeoutSeconds") ?? 0);
    const seconds = asked > 0 ? Math.min(asked, longestSeconds) : longestSeconds;
    const timer = setTimeout(() => this.#end(), seconds * 1000);
    const bookmarks = isSet(query, "allowWatchBookmarks")
      ? setInterval(() => this.#bookmark(), bookmarkMilliseconds)
      : undefined;
    this.#stop = () => {
      unsubscribe();
      clearTimeout(timer);
      clearInterval(bookmarks);
    };
    response.once("close", () => this.#end());
  }

  onEvent(event: StoreEvent): void {
    if (event.resource !== this.#key || this.#isOver) return;
    const { namespace } = this.#request.target;
    if (namespace !== "" && namespaceOf(event.object) !== namespace) return;
    const did = event.before !== undefined && this.#selection.matches(event.before);
    const does = event.type !== "DELETED" && this.#selection.matches(event.object);
    if (does) this.send(did ? "MODIFIED" : "ADDED", event.object);
    // What no longer matches is gone, for this watcher; it is shown as it last matched, with the new revision.
    else if (did) this.send("DELETED", event.type === "DELETED" ? event.object : asOf(event));
  }

  send(type: string, object: ApiObject): void {
    this.#write({ type, object: shownAs(this.#request.resource, object) });
    this.#sent += 1;
    if (this.#sent >= (this.#request.context.faults.endWatchAfterEvents ?? Infinity)) this.#end();
  }

  fail(status: JsonObject): void {
    this.#write({ type: "ERROR", object: status });
    this.#end();
  }

  #bookmark(): void {
    const { context, resource } = this.#request;
    const metadata = { resourceVersion: String(context.store.revision), creationTimestamp: null };
    this.#write({
      type: "BOOKMARK",
      object: { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata },
    });
  }

  #write(line: JsonObject): void {
    if (!this.#isOver) this.#request.response.write(`${JSON.stringify(line)}\n`);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stop?.();
    this.#request.response.end();
  }
}

function asOf(event: StoreEvent): ApiObject {
  const before = event.before ?? event.object;
  const metadata = { ...(before["metadata"] as JsonObject), resourceVersion: String(event.revision) };
  return { ...before, metadata };
}
