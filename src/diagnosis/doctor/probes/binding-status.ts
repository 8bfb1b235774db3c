import type { KubernetesObject } from "../../../clients/kubernetes/object.ts";
import type { Evidence } from "../evidence.ts";
import { evidenceOf } from "./ask.ts";

/** A ProjectBinding as the controller keeps it. */
export interface BindingObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly {
      readonly type?: string;
      readonly status?: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    /** How many things fail; the first of them are in `failures`. */
    readonly failing?: number;
    readonly failures?: readonly {
      readonly subject?: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** What the controller last said of a binding, as far as it concerns one project. Pure. */
export function probeBindingStatus(
  { metadata, status }: BindingObject,
  namespace: string,
): readonly Evidence[] {
  const say = evidenceOf("binding", `ProjectBinding/${metadata.name ?? ""}`);
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  // Who applies by hand has no controller.
  if (ready === undefined) return [];
  // What was said of an older document says nothing of this one.
  if (metadata.generation !== undefined && status?.observedGeneration !== metadata.generation)
    return [say.unknown("the controller has not looked at its latest change", "控制器尚未处理其最新更改")];
  if (ready.status === "True") return [say.fine("it is ready", "已就绪")];
  const { failures = [], failing = failures.length } = status ?? {};
  const own = failures.find(({ subject = "" }) => subject.split("/").includes(namespace));
  // Another project's failure, and all of them are told: this one is in order.
  const isElsewhere = own === undefined && failures.length > 0 && failing <= failures.length;
  const namesAnother = failures.every(({ subject = "" }) => isOfNamespace(subject));
  if (isElsewhere && namesAnother)
    return [say.fine("what fails of it are other projects", "失败的是其他项目")];
  const { reason = "-", message = "" } = own ?? ready;
  return [say.wrong("BINDING_NOT_READY", `${reason}: ${message}`, `${reason}：${message}`)];
}

/** `Secret/demo/harbor`, `ServiceAccount/demo/default`: kind, namespace and name. */
const isOfNamespace = (subject: string): boolean => subject.split("/").length >= 3;
