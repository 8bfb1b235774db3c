import type { MoorlineError } from "../../../model/errors.ts";
import { describeError } from "../../../model/errors.ts";
import type { NodePlan, NodeResult } from "../../../kinds/nodes.ts";
import type { NodeProofs } from "../../../kinds/node-trust/nodes.ts";
import { inLanguage, type Language } from "../../../text/language.ts";
import { message, render } from "../../../text/message.ts";
import { messageTexts } from "../../../text/messages/catalogue.ts";
import type { Invocation, Io } from "../command.ts";
import { painter } from "../paint.ts";
import { planJson, resultJson, verificationJson } from "../plan-json.ts";
import { showResult, showVerifications } from "../progress.ts";
import { showPlan } from "../show-plan.ts";

/** Plans, a heading for each node. */
export function showNodePlans(plans: readonly NodePlan[], { io, language, flag }: Invocation): string {
  const paint = painter(io.colours);
  return plans
    .map(({ node, planned }) => {
      const heading = paint.bold(`── ${node.name} ──`);
      const body =
        "error" in planned
          ? showError(planned.error, io, language)
          : showPlan(planned.plan, { language, paint, all: flag("all") });
      return `${heading}\n${body}`;
    })
    .join("\n");
}

export function showNodeResults(results: readonly NodeResult[], io: Io, language: Language): string {
  const paint = painter(io.colours);
  const details = results.map(({ node, result, error }) => {
    if (result !== undefined) return `${paint.bold(`── ${node} ──`)}\n${showResult(result, io, language)}`;
    return error === undefined ? "" : `${paint.bold(`── ${node} ──`)}\n${showError(error, io, language)}`;
  });
  const summary = results.map(({ node, outcome, result }) => {
    const words = inLanguage(messageTexts[`nodes.outcome.${outcome}`], language);
    const proofs = result?.documents.flatMap((d) => d.proofs) ?? [];
    const proved = message("nodes.proved", { proofs: proofs.filter((p) => p.ok).length, of: proofs.length });
    const colour = outcome === "failed" ? paint.red : outcome === "untried" ? paint.yellow : paint.green;
    return `${node}  ${colour(words)}${proofs.length > 0 ? `  ${render(proved, language)}` : ""}\n`;
  });
  return [...details.filter((d) => d !== ""), summary.join("")].join("\n");
}

export function showNodeProofs(nodes: readonly NodeProofs[], io: Io, language: Language): string {
  return nodes
    .map(({ node: name, proofs, error }) =>
      showVerifications([{ name, proofs, ...(error !== undefined && { error }) }], io, language),
    )
    .join("");
}

function showError(error: MoorlineError, io: Io, language: Language): string {
  const paint = painter(io.colours);
  const { what, remedy } = describeError(error, language);
  return `  ${paint.red("✗")} ${what}\n    ${remedy} ${paint.dim(`[${error.code}]`)}\n`;
}

const errorOf = (error: MoorlineError | undefined, language: Language): object =>
  error === undefined
    ? {}
    : { error: { code: error.code, subject: error.subject, ...describeError(error, language) } };

export const nodePlansJson = (plans: readonly NodePlan[], language: Language): unknown => ({
  nodes: plans.map(({ node, planned }) => ({
    node: node.name,
    ...("error" in planned ? errorOf(planned.error, language) : { plan: planJson(planned.plan, language) }),
  })),
});

export const nodeResultsJson = (results: readonly NodeResult[], language: Language): unknown => ({
  nodes: results.map(({ node, outcome, result, error }) => ({
    node,
    outcome,
    ...errorOf(error, language),
    ...(result !== undefined && { result: resultJson(result, language) }),
  })),
});

export const nodeProofsJson = (nodes: readonly NodeProofs[], language: Language): unknown => ({
  ok: nodes.every((n) => n.ok),
  nodes: nodes.map(({ node, ok, proofs, error }) => ({
    node,
    ok,
    ...(verificationJson(
      [{ name: node, proofs, ...(error !== undefined && { error }) }],
      language,
    ) as object),
  })),
});
