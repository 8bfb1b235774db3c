import type { LogRecord } from "./record.ts";

/** One kind of line that looks like a failure and is none. */
export interface Normal {
  readonly why: string;
  /** Every such line holds it, letter for letter and however it is quoted; without one, each line is asked. */
  readonly literal?: string;
  holds(record: LogRecord): boolean;
}

const isRegistry = ({ component }: LogRecord): boolean =>
  component === "registry" || component === "registry-access";

/** Sources: facts of Harbor's logs §5, and the logs of a healthy installation. */
export const normals: readonly Normal[] = [
  {
    why: "a push asks first whether a layer or manifest is there already",
    holds: (r) =>
      isRegistry(r) &&
      r.request?.method === "HEAD" &&
      r.request.status === 404 &&
      /blob unknown|manifest unknown|^HEAD /.test(r.message),
  },
  {
    why: "the registry's own challenge, met by Harbor's health check without a credential",
    holds: (r) => isRegistry(r) && r.message.includes("basic authentication challenge for realm"),
  },
  {
    why: "containerd asks for a token by POST first and then by GET, as the specification has it",
    holds: (r) => r.request?.status === 405 && r.request.target === "/service/token",
  },
  {
    why: "the runtime goes on to the next host; the line that tells the outcome follows",
    holds: (r) => r.message.startsWith("trying next host"),
  },
  {
    why: "the kubelet has not measured its disks yet, just after its start",
    literal: "Stats initialization may not have completed yet",
    holds: () => true,
  },
  {
    why: "Harbor looks up what may not be there; the caller gets its 404",
    literal: "Failed to get info of project",
    holds: (r) => r.message.startsWith("Failed to get info of project"),
  },
  {
    why: "Harbor looks up what may not be there; the caller gets its 404",
    literal: "object is not found",
    holds: (r) => r.message.includes('"message":"object is not found"'),
  },
  {
    why: "Harbor looks up what may not be there; the caller gets its 404",
    literal: "Unable to handle service",
    holds: () => true,
  },
  {
    why: "beego looks for a file that Harbor does not have",
    literal: "If you do not use this, just ignore it",
    holds: () => true,
  },
  {
    why: "ks-apiserver without an ingress controller's folder",
    holds: (r) => r.component === "ks-apiserver" && r.message.includes("/etc/kubesphere/ingress-controller"),
  },
  {
    why: "ks-apiserver says the same thing a second time",
    holds: (r) => r.component === "ks-apiserver" && r.request !== undefined && r.request.status < 500,
  },
  {
    why: "the kubelet prints the whole container after the line with the reason",
    holds: (r) => r.component === "kubelet" && r.message.startsWith("container &Container{"),
  },
];

/** Those that any line may be. */
export const wordlessNormals: readonly Normal[] = normals.filter(({ literal }) => literal === undefined);
