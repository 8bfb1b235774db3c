import { describe, expect, test } from "vitest";
import { exposureOf, type ChartObjects, type Exposure } from "./exposure.ts";
import type { HelmRelease } from "./release.ts";

const ingress = (name: string, tls?: readonly { readonly secretName?: string }[]) => ({
  metadata: { name },
  spec: { ...(tls !== undefined && { tls }) },
});
const deployment = (component: string, secretName?: string) => ({
  metadata: { name: `harbor-${component}`, labels: { component } },
  spec: {
    template: {
      spec: {
        volumes: secretName === undefined ? [] : [{ name: "certificate", secret: { secretName } }],
      },
    },
  },
});
const core = deployment("core");

interface Row {
  readonly title: string;
  readonly objects: Partial<ChartObjects>;
  readonly release?: HelmRelease;
  readonly expected: Omit<Exposure, "nginx">;
}

const rows: readonly Row[] = [
  {
    title: "an ingress with a Secret of its own name is the chart's own making",
    objects: {
      ingresses: [ingress("harbor-ingress", [{ secretName: "harbor-ingress" }])],
      deployments: [core],
    },
    expected: { exposure: "ingress", source: "auto", uses: "harbor-ingress" },
  },
  {
    title: "the same is a given Secret where Helm recorded it so",
    objects: { ingresses: [ingress("harbor-ingress", [{ secretName: "harbor-ingress" }])] },
    release: { exposeType: "ingress", certSource: "secret" },
    expected: { exposure: "ingress", source: "secret", uses: "harbor-ingress" },
  },
  {
    title: "an ingress with another Secret is a given one",
    objects: { ingresses: [ingress("harbor-ingress", [{ secretName: "wildcard" }])] },
    expected: { exposure: "ingress", source: "secret", uses: "wildcard" },
  },
  {
    title: "an ingress that names no Secret serves the controller's own",
    objects: { ingresses: [ingress("harbor-ingress", [{ secretName: "" }])] },
    expected: { exposure: "ingress", source: "none" },
  },
  {
    title: "an ingress without TLS is plain",
    objects: { ingresses: [ingress("harbor-ingress")] },
    expected: { exposure: "ingress", source: "off" },
  },
  {
    title: "the chart's ingress counts, not that of another of its parts",
    objects: {
      ingresses: [
        ingress("harbor-ingress-notary", [{ secretName: "other" }]),
        ingress("harbor-ingress", [{ secretName: "mine" }]),
      ],
    },
    expected: { exposure: "ingress", source: "secret", uses: "mine" },
  },
  {
    title: "the chart's nginx with a Secret of its own name is the chart's own making",
    objects: { deployments: [core, deployment("nginx", "harbor-nginx")] },
    expected: { exposure: "nginx", source: "auto", uses: "harbor-nginx" },
  },
  {
    title: "the chart's nginx without a certificate is plain",
    objects: { deployments: [core, deployment("nginx")] },
    expected: { exposure: "nginx", source: "off" },
  },
  {
    title: "somebody's own ingress before the chart's nginx does not hide it",
    objects: {
      ingresses: [ingress("mine", [{ secretName: "front" }])],
      deployments: [deployment("nginx", "cert")],
    },
    release: { exposeType: "clusterIP", certSource: "secret" },
    expected: { exposure: "nginx", source: "secret", uses: "cert" },
  },
  {
    title: "a release with neither ends TLS elsewhere",
    objects: { deployments: [core] },
    expected: { exposure: "other", source: "none" },
  },
  {
    title: "no object and no record is no release",
    objects: {},
    expected: { exposure: "absent", source: "unknown" },
  },
];

describe("how a release is met", () => {
  test.for(rows)("$title", ({ objects, release, expected }) => {
    const { nginx: _nginx, ...found } = exposureOf({ ingresses: [], deployments: [], ...objects }, release);
    expect(found).toEqual(expected);
  });
});
