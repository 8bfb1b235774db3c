import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parseDocuments } from "../../model/parse.ts";
import { projectBindingSchema } from "./schema.ts";

const parse = (spec: string): { spec: unknown; errors: string[] } => {
  const text = `apiVersion: moorline.io/v1alpha1\nkind: ProjectBinding\nmetadata: {name: team-a}\nspec:\n${spec}`;
  const { documents, errors } = parseDocuments(
    [{ name: "a.yaml", directory: ".", text }],
    [projectBindingSchema],
  );
  return { spec: documents[0]?.spec, errors: errors.map((e) => e.message) };
};

describe("the schema of ProjectBinding", () => {
  test("a spec that says little gets a careful expert's choice", () => {
    const { spec, errors } = parse(
      "  registry: main\n  projects: {workspace: demo}\n  harborProject: {name: team-a}\n",
    );
    expect(errors).toEqual([]);
    expect(spec).toEqual({
      registry: "main",
      projects: { workspace: "demo" },
      harborProject: { name: "team-a", perNamespace: false, create: true, deletionPolicy: "Retain" },
      robot: { permissions: ["pull"], durationDays: 90, neverExpires: false },
      secret: {
        name: "harbor",
        serviceAccounts: ["default"],
        email: "",
        defaultRegistry: false,
        adoptExisting: false,
      },
    });
  });

  test.each([
    ["no project chosen", "projects: {}", "harborProject: {name: a}", "at least one of workspace"],
    [
      "neither name nor perNamespace",
      "projects: {workspace: demo}",
      "harborProject: {}",
      "either name or perNamespace",
    ],
    [
      "both",
      "projects: {workspace: demo}",
      "harborProject: {name: a, perNamespace: true}",
      "either name or perNamespace",
    ],
    [
      "a name Harbor refuses",
      "projects: {workspace: demo}",
      "harborProject: {name: Team_A}",
      "a name that Harbor takes",
    ],
    [
      "a path in a project's name",
      "projects: {names: ['../kube-system']}",
      "harborProject: {name: a}",
      "not the name of a project",
    ],
    [
      "deletion without a name",
      "projects: {workspace: demo}",
      "harborProject: {perNamespace: true, deletionPolicy: Delete}",
      "does not name",
    ],
    [
      "an empty selector",
      "projects: {selector: {matchLabels: {}}}",
      "harborProject: {name: a}",
      "at least one label",
    ],
    [
      "an unknown field",
      "projects: {workspace: demo, regex: a}",
      "harborProject: {name: a}",
      "unknown field",
    ],
    [
      "a size without a unit that exists",
      "projects: {workspace: demo}",
      "harborProject: {name: a, storageLimit: 5GB}",
      "not a size",
    ],
  ])("refuses %s", (_what, projects, harborProject, said) => {
    const { errors } = parse(`  registry: main\n  ${projects}\n  ${harborProject}\n`);
    expect(errors.join("\n")).toContain(said);
  });

  test("becomes JSON Schema", () => {
    const schema = z.toJSONSchema(projectBindingSchema.spec, { io: "input" });
    expect(schema).toMatchObject({ type: "object", required: ["registry", "projects", "harborProject"] });
  });
});
