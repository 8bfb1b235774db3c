import type { Fault as HarborFault } from "../../../sandbox/harbor/faults.ts";
import type { Harbor } from "../../../sandbox/harbor/harbor.ts";
import type { Project, Robot } from "../../../sandbox/harbor/records.ts";

/** Servers that are wrong in one way each, as `localhost:port`. */
export type Oddity =
  | "anotherAuthority"
  | "anotherName"
  | "cut"
  | "ended"
  | "mutual"
  | "nothing"
  | "notYet"
  | "old"
  | "plain"
  | "realmElsewhere"
  | "withoutIntermediate"
  | "withoutSan";

/** A project that pulls, before and after a fault was planted in it: what is left as it is, is right. */
export interface Scene {
  readonly harbor: Harbor;
  readonly odd: Readonly<Record<Oddity, string>>;
  /** Harbor's project, with `app:1` in it; private. */
  readonly project: string;
  readonly namespace: string;
  /** Harbor's. */
  readonly home: string;
  host: string;
  repository: string;
  tag: string;
  readonly secret: {
    isThere: boolean;
    isNamed: boolean;
    type: string;
    /** Of `auths`; the image's host with https:// where absent. */
    key: string | undefined;
    /** Whether that is an address, as KubeSphere has it. */
    hasScheme: boolean;
    username: string;
    password: string;
    /** Instead of all that. */
    content: string | undefined;
  };
  /** Of the HarborRegistry document's account. */
  readonly account: { password: string };
  /** What the kubelet says. */
  readonly kubelet: string[];
  /** What of Harbor's answers is replaced. */
  readonly answers: HarborFault[];
  /** The NetworkPolicies of ks-apiserver's namespace and of the DNS's: what they are about, and allow. */
  readonly policies: { system: object; dns: object };
  readonly node: { isReady: boolean; hasDisk: boolean; events: string[] };
  setRobot(change: Partial<Robot>): void;
  setProject(change: Partial<Project>): void;
  removeRobot(): void;
}

export type Asked = "cluster" | "image" | "node" | "pod" | "project" | "registry";

/** One thing that is wrong, and what the doctor is to say of it. */
export interface Fault {
  readonly name: string;
  /** What it is wrong with: two faults of one part do not stand beside each other. */
  readonly part: "harbor" | "image" | "kubelet" | "login" | "network" | "node" | "policy" | "secret" | "way";
  readonly cause: string;
  /** What the doctor is asked about; the pod where absent. */
  readonly ask?: Asked;
  plant(this: void, scene: Scene): void;
}
