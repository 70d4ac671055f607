import type { MetadataStore } from "./metadata-store.ts";
import type { Place } from "./place.contract.ts";
import { after, aGroup, aPermissionTarget, aPolicy } from "./samples.contract.ts";

export function governingContract(make: () => Promise<Place<MetadataStore>>): void {
  after(
    make,
    "groups are found by their exact name and listed sorted, as they were saved last",
    [
      { type: "group.saved", group: aGroup("b") },
      { type: "group.saved", group: aGroup("a", { members: [] }) },
      { type: "group.saved", group: aGroup("a", { isAdmin: true }) },
      { type: "group.saved", group: aGroup("gone") },
      { type: "group.removed", name: "gone" },
      { type: "group.removed", name: "never-there" },
    ],
    async (view) => [await view.group("a"), await view.group("A"), await view.group("gone"), await view.groups()],
    [aGroup("a", { isAdmin: true }), null, null, [aGroup("a", { isAdmin: true }), aGroup("b")]],
  );
  after(
    make,
    "permission targets are found by name and listed sorted, as they were saved last",
    [
      { type: "permission.saved", target: aPermissionTarget("b") },
      { type: "permission.saved", target: aPermissionTarget("a") },
      { type: "permission.saved", target: aPermissionTarget("b", { includes: ["x/**"] }) },
      { type: "permission.saved", target: aPermissionTarget("gone") },
      { type: "permission.removed", name: "gone" },
    ],
    async (view) => [
      await view.permissionTarget("b"),
      await view.permissionTarget("gone"),
      await view.permissionTargets(),
    ],
    [
      aPermissionTarget("b", { includes: ["x/**"] }),
      null,
      [aPermissionTarget("a"), aPermissionTarget("b", { includes: ["x/**"] })],
    ],
  );
  after(
    make,
    "retention policies are listed sorted, as they were saved last",
    [
      { type: "policy.saved", policy: aPolicy("b") },
      { type: "policy.saved", policy: aPolicy("a", { isEnabled: false }) },
      { type: "policy.saved", policy: aPolicy("a") },
      { type: "policy.saved", policy: aPolicy("gone") },
      { type: "policy.removed", name: "gone" },
    ],
    (view) => view.retentionPolicies(),
    [aPolicy("a"), aPolicy("b")],
  );
}
