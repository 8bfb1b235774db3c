import { describe, expect, test } from "vitest";
import { agentName } from "../../kinds/node-agent/objects.ts";
import { workloads } from "./manifests.ts";
import type { Manifest } from "./objects.ts";
import { names, type InstallSettings, type NodeAgentInstall } from "./settings.ts";

const plain: InstallSettings = {
  namespace: "moorline-system",
  image: "harbor.example.com/tools/moorline:1",
  replicas: 2,
  imagePullSecrets: [],
  admission: false,
};
const agent: NodeAgentInstall = {
  namespace: "moorline-nodes",
  image: "harbor.example.com/tools/moorline:1",
  imagePullSecrets: ["harbor"],
  tuning: false,
  taint: false,
};
const withAgent = (over: Partial<NodeAgentInstall> = {}): readonly Manifest[] =>
  workloads({ ...plain, nodeAgent: { ...agent, ...over } }, "policy/v1");
const find = (all: readonly Manifest[], kind: string, name: string, namespace?: string) =>
  all.find((m) => m.kind === kind && m.metadata.name === name && m.metadata.namespace === namespace);
const argumentsOf = (all: readonly Manifest[]): readonly string[] => {
  const deployment = find(all, "Deployment", names.controller, "moorline-system");
  const { spec } = deployment as unknown as {
    spec: { template: { spec: { containers: readonly { args: readonly string[] }[] } } };
  };
  return spec.template.spec.containers[0]?.args ?? [];
};

describe("an installation with the node agent", () => {
  test("tells the controller of it, and without it nothing speaks of nodes", () => {
    expect(argumentsOf(withAgent()).filter((a) => a.startsWith("--node-agent"))).toEqual([
      "--node-agent-image=harbor.example.com/tools/moorline:1",
      "--node-agent-namespace=moorline-nodes",
      "--node-agent-pull-secret=harbor",
    ]);
    expect(JSON.stringify(workloads(plain, "policy/v1"))).not.toMatch(/node-agent|moorline-nodes|daemonsets/);
  });

  test("gives the controller the DaemonSet in the agent's namespace alone", () => {
    const all = withAgent();
    expect(find(all, "Role", names.controller, "moorline-nodes")).toMatchObject({
      rules: [{ apiGroups: ["apps"], resources: ["daemonsets"] }],
    });
    expect(find(all, "RoleBinding", names.controller, "moorline-nodes")).toMatchObject({
      subjects: [{ kind: "ServiceAccount", name: names.controller, namespace: "moorline-system" }],
    });
    expect(JSON.stringify(find(all, "ClusterRole", names.controller))).not.toContain("daemonsets");
  });

  test.each<[Partial<NodeAgentInstall>, readonly string[]]>([
    [{}, ["get nodes"]],
    [{ taint: true }, ["get nodes", "patch nodes"]],
    [{ tuning: true }, ["get nodes", "get nodes/proxy"]],
  ])("gives the agent no more than what is asked for: %o", (over, wanted) => {
    const { rules } = find(withAgent(over), "ClusterRole", agentName) as unknown as {
      rules: readonly { resources: readonly string[]; verbs: readonly string[] }[];
    };
    const given = rules.flatMap(({ resources, verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
    );
    expect(given).toEqual(wanted);
  });
});
