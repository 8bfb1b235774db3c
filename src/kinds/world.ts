import type { HttpEndpoint } from "../clients/http/endpoint.ts";
import type { TlsOptions } from "../clients/http/tls-options.ts";
import type { Host } from "../clients/host/host.ts";
import type { ClusterConfig } from "../clients/kubernetes/config.ts";
import type { KubernetesClient } from "../clients/kubernetes/client.ts";
import type { EngineWorld } from "../engine/world.ts";
import type { Document, Reference } from "../model/document.ts";
import type { HostReference } from "./shared/host-reference.ts";

/** A part of what documents make true: what one event in a cluster may have changed. */
export interface Focus {
  /** Names of namespaces, whether they are there or not. */
  readonly namespaces: ReadonlySet<string>;
}

/**
 * The world outside, as the kinds see it. Faces make one and hand it in; nothing here decides anything.
 * Connections are opened on first use and kept; the face closes them.
 */
export interface World extends EngineWorld {
  /** The documents that were given together with this one. */
  readonly documents: {
    find(reference: Reference): Document | undefined;
    /** All of them, each behind those it refers to; absent where only single ones can be asked for. */
    readonly ordered?: readonly Document[];
  };
  /**
   * What of the documents is meant now; absent where all is. Only these namespaces of a binding are looked at and
   * changed, with a number of calls that depends on theirs alone; the rest are left as they are and not judged.
   */
  readonly focus?: Focus;
  /** Reads a variable of the process environment. */
  environment(name: string): string | undefined;
  /** The machine whose files are meant: this one, or a folder that stands for one. */
  readonly host: Host;
  /** The machine that the documents lie on: files that they name as sources are read there. */
  readonly documentsHost: Host;
  /**
   * A machine that a document names: the same reference gives the same connection.
   * @param documentDirectory where relative paths in the reference start: the document's `source.directory`
   * @throws HOST_* where it can not be reached, is not the one it should be, or lets nobody in
   */
  openHost(reference: HostReference, documentDirectory: string): Promise<Host>;
  /**
   * The cluster of the current kubeconfig context, or of the pod that this runs in.
   * @throws MoorlineError KUBECONFIG_* where there is none or it is not usable
   */
  kubernetes(): Promise<KubernetesClient>;
  /** Another cluster; the same place, server and credential give the same client. */
  cluster(config: ClusterConfig): Promise<KubernetesClient>;
  /**
   * An HTTPS endpoint; the same URL and options give the same connection pool.
   * @param from the machine that opens the connections, so that its network is used; this one otherwise
   */
  endpoint(url: string, tls: TlsOptions, from?: Host): HttpEndpoint;
}
