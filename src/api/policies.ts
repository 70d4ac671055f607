import { type Call, type RetentionPolicy, refuse } from "#core";
import type { RetentionRun } from "#registry";
import { type ApiParts, type Given, type Operation, operation } from "./operation.ts";
import { requireAdministrator } from "./rights.ts";
import type { Answers, Bodies } from "./schemas.ts";
import { instantView, propertiesView } from "./views.ts";

const REFUSALS = ["not-signed-in", "not-permitted"] as const;

/** Which files are cleared away, and when. */
export const policyOperations: readonly Operation[] = [
  operation({
    id: "listPolicies",
    method: "GET",
    path: "/policies",
    summary: "All retention policies, sorted by name. For administrators, as are the other calls about them",
    answer: "Policies",
    refusals: REFUSALS,
    async handle({ registry }, call) {
      requireAdministrator(call.principal, "administer", "see retention policies");
      return { items: (await registry.retention.policies()).map(policyView) };
    },
  }),
  operation({
    id: "getPolicy",
    method: "GET",
    path: "/policies/:policy",
    summary: "One retention policy",
    answer: "Policy",
    refusals: [...REFUSALS, "policy-not-found"],
    async handle(parts, call) {
      return policyView(await policyIn(parts, call));
    },
  }),
  operation({
    id: "savePolicy",
    method: "PUT",
    path: "/policies/:policy",
    summary: "Make or replace a retention policy; it must say what is cleared away, and not only where",
    body: "PolicyWish",
    answer: "Policy",
    refusals: [...REFUSALS, "setting-invalid"],
    async handle({ registry }, call, wish) {
      return policyView(await registry.retention.save(call.principal, policyFrom(call, wish)));
    },
  }),
  operation({
    id: "removePolicy",
    method: "DELETE",
    path: "/policies/:policy",
    summary: "Remove a retention policy; files that it has cleared away stay so",
    refusals: [...REFUSALS, "policy-not-found"],
    async handle({ registry }, call) {
      await registry.retention.remove(call.principal, nameIn(call));
      return null;
    },
  }),
  operation({
    id: "previewPolicy",
    method: "GET",
    path: "/policies/:policy/preview",
    summary: "What a run of the policy would clear away now, and how many bytes; nothing is removed",
    answer: "RetentionRun",
    refusals: [...REFUSALS, "policy-not-found"],
    async handle(parts, call) {
      const policy = await policyIn(parts, call);
      return runView(await parts.registry.retention.preview(call.principal, policy));
    },
  }),
  operation({
    id: "previewPolicyWish",
    method: "POST",
    path: "/policies/:policy/preview",
    summary: "What the policy in the body would clear away, were it saved; nothing is saved or removed",
    body: "PolicyWish",
    answer: "RetentionRun",
    refusals: [...REFUSALS, "setting-invalid"],
    async handle({ registry }, call, wish) {
      return runView(await registry.retention.preview(call.principal, policyFrom(call, wish)));
    },
  }),
  operation({
    id: "runPolicy",
    method: "POST",
    path: "/policies/:policy/run",
    summary: "Clear away now what the policy says, also where it is not enabled; into the trash, unless it skips that",
    answer: "RetentionRun",
    refusals: [...REFUSALS, "policy-not-found"],
    async handle({ registry }, call) {
      return runView(await registry.retention.run(call.principal, nameIn(call)));
    },
  }),
];

function nameIn(call: Call): string {
  return call.params["policy"] ?? "";
}

/** For administrators, also whether it is there. */
async function policyIn({ registry }: ApiParts, call: Call): Promise<RetentionPolicy> {
  requireAdministrator(call.principal, "administer", "see retention policies");
  const name = nameIn(call);
  const policy = (await registry.retention.policies()).find((one) => one.name === name);
  if (policy === undefined) throw refuse({ code: "policy-not-found", policy: name });
  return policy;
}

function policyFrom(call: Call, wish: Given<Bodies["PolicyWish"]>): RetentionPolicy {
  return { ...wish, name: nameIn(call) };
}

function policyView(policy: RetentionPolicy): Answers["Policy"] {
  const { repositories, includes, excludes, projects, withProperties, withoutProperties } = policy;
  return {
    ...policy,
    repositories: [...repositories],
    includes: [...includes],
    excludes: [...excludes],
    projects: [...projects],
    withProperties: propertiesView(withProperties),
    withoutProperties: propertiesView(withoutProperties),
  };
}

function runView({ files, ...run }: RetentionRun): Answers["RetentionRun"] {
  return { ...run, files: files.map((file) => ({ ...file, publishedAt: instantView(file.publishedAt) })) };
}
