import fc from "fast-check";
import { expect, test } from "vitest";
import { projectBindingSchema, type ProjectBindingSpec } from "../../kinds/project-binding/schema.ts";
import type { Document } from "../../model/document.ts";
import { BindingIndex } from "./bindings.ts";

function binding(name: string, projects: object, more: object = {}): Document<ProjectBindingSpec> {
  const spec = projectBindingSchema.spec.parse({
    registry: "main",
    projects,
    harborProject: { name: "images" },
    ...more,
  });
  return {
    apiVersion: "moorline.io/v1alpha1",
    kind: "ProjectBinding",
    metadata: { name, labels: {}, annotations: {} },
    spec,
    source: { name, line: 1, column: 1, directory: "/" },
  };
}

const namespace = (name: string, labels: Record<string, string> = {}) => ({ metadata: { name, labels } });

test("a namespace is meant by the bindings whose every condition it fits", () => {
  const index = new BindingIndex([
    binding("by-workspace", { workspace: "a" }),
    binding("by-name", { names: ["p1", "p2"] }),
    binding("by-label", { selector: { matchLabels: { stage: "live" } } }),
    binding("by-all", { workspace: "a", names: ["p1"], selector: { matchLabels: { stage: "live" } } }),
  ]);
  const workspace = { "kubesphere.io/workspace": "a" };
  expect(index.of(namespace("p1", { ...workspace, stage: "live" })).toSorted()).toEqual([
    "by-all",
    "by-label",
    "by-name",
    "by-workspace",
  ]);
  expect(index.of(namespace("p2", workspace)).toSorted()).toEqual(["by-name", "by-workspace"]);
  expect(index.of(namespace("p3", { stage: "test" }))).toEqual([]);
});

test("a binding of another cluster means no namespace of this one", () => {
  const index = new BindingIndex([
    binding("here", { names: ["p1"] }),
    binding("there", { names: ["p1"] }, { cluster: { kubesphere: "member" } }),
  ]);
  expect(index.of(namespace("p1"))).toEqual(["here"]);
});

test("the index says what asking every binding says", () => {
  const label = fc.constantFrom("a", "b", "c");
  const projects = fc
    .record(
      {
        workspace: label,
        names: fc.uniqueArray(label, { minLength: 1 }),
        selector: label.map((value) => ({ matchLabels: { stage: value } })),
      },
      { requiredKeys: [] },
    )
    .filter((p) => Object.keys(p).length > 0);
  fc.assert(
    fc.property(fc.array(projects, { maxLength: 8 }), label, label, label, (all, name, workspace, stage) => {
      const labels = { "kubesphere.io/workspace": workspace, stage };
      const index = new BindingIndex(all.map((p, i) => binding(`b${i}`, p)));
      const wanted = all.flatMap((p, i) => {
        const fits =
          (p.workspace ?? workspace) === workspace &&
          (p.names?.includes(name) ?? true) &&
          (p.selector?.matchLabels.stage ?? stage) === stage;
        return fits ? [`b${i}`] : [];
      });
      expect([...index.of(namespace(name, labels))].toSorted()).toEqual(wanted.toSorted());
    }),
    { numRuns: 200 },
  );
});
