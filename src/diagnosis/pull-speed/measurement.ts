/** One stage before bytes flow; milliseconds. */
export interface Stages {
  /** Absent where the host is an address. */
  readonly resolve?: number;
  readonly connect: number;
  readonly handshake: number;
  /** The challenge and the token for this repository. */
  readonly token: number;
  /** HEAD by tag or digest, and GET by digest. */
  readonly manifest: number;
}

/** Layers fetched over so many connections at a time. */
export interface Download {
  readonly connections: number;
  readonly bytes: number;
  /** Milliseconds. */
  readonly ms: number;
  /** It was ended before all bytes had come, so that measuring ends. */
  readonly cut: boolean;
}

/** What a node's kubelet allows; absent members were not told. */
export interface NodeLimits {
  readonly node: string;
  readonly serializeImagePulls?: boolean;
  readonly maxParallelImagePulls?: number;
  /** Pulls a second; 0 is no limit. */
  readonly registryPullQps?: number;
  readonly registryBurst?: number;
}

/** Where the time of a pull goes, seen from one machine. */
export interface PullMeasurement {
  readonly image: string;
  readonly stages: Stages;
  /** Bytes of each layer, as the manifest tells. */
  readonly layers: readonly number[];
  readonly downloads: readonly Download[];
  /** Whether a proxy cache held the image before; absent where it is none, or was not asked. */
  readonly cached?: boolean;
  readonly nodes: readonly NodeLimits[];
}

/** @returns bytes a second; what took less than a millisecond is taken for one */
export const rateOf = ({ bytes, ms }: Download): number => (bytes / Math.max(ms, 1)) * 1000;
