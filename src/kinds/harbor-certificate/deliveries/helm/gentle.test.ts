import { describe, expect, test } from "vitest";
import type { NginxDeployment } from "./exposure.ts";
import type { RolloutLoss } from "../../observed.ts";
import { gentlePatch, lossesOf } from "./gentle.ts";

type Spec = NonNullable<NginxDeployment["spec"]>;
const preStop = { preStop: { exec: { command: ["sleep", "15"] } } };

function nginx(strategy: Spec["strategy"], replicas: number, lifecycle?: object): NginxDeployment {
  const container = { name: "nginx", ...(lifecycle !== undefined && { lifecycle }) };
  return {
    metadata: { name: "harbor-nginx" },
    spec: { replicas, ...(strategy && { strategy }), template: { spec: { containers: [container] } } },
  };
}

describe("a rollout of the chart's nginx", () => {
  test.each<[string, NginxDeployment, readonly RolloutLoss[]]>([
    ["as the chart has it", nginx(undefined, 1), ["noPreStop"]],
    [
      "as the API server fills it in",
      nginx({ type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%" } }, 1),
      ["noPreStop"],
    ],
    ["with a wait before the end", nginx(undefined, 1, preStop), []],
    ["with another hook only", nginx(undefined, 1, { postStart: {} }), ["noPreStop"]],
    ["that recreates", nginx({ type: "Recreate" }, 3, preStop), ["recreates"]],
    [
      "of one pod that may be away",
      nginx({ rollingUpdate: { maxUnavailable: 1 } }, 1, preStop),
      ["noneLeft"],
    ],
    ["of two pods of which one may be away", nginx({ rollingUpdate: { maxUnavailable: 1 } }, 2, preStop), []],
    [
      "of pods that may all be away",
      nginx({ rollingUpdate: { maxUnavailable: "100%" } }, 4),
      ["noneLeft", "noPreStop"],
    ],
    ["of four pods and the default", nginx(undefined, 4, preStop), []],
  ])("%s", (_what, deployment, expected) => {
    expect(lossesOf(deployment)).toEqual(expected);
  });

  test("loses nothing once it is patched as rendered", () => {
    const patch = gentlePatch(nginx({ type: "Recreate" }, 1)) as { spec: Spec };
    expect(lossesOf({ metadata: {}, spec: { replicas: 1, ...patch.spec } })).toEqual([]);
  });
});
