import type { Client } from "../client.ts";
import type { Wishes } from "./document.ts";
import type { Present, Step } from "./plan.ts";
import { type Fields, RESOURCES, type Resource, SECTIONS, type Section, settable } from "./resources.ts";

/** What the server has of what the file names. */
export async function presentOf(client: Client, wishes: Wishes): Promise<Present> {
  const present = new Map<Resource, ReadonlyMap<string, Fields>>();
  for (const resource of RESOURCES) {
    const there = new Map<string, Fields>();
    for (const name of wishes[resource.section].keys()) {
      const shown = await client.find<Fields>(resource.path(name));
      if (shown !== null) there.set(name, shown);
    }
    present.set(resource, there);
  }
  return present;
}

/** Does one step. */
export async function perform(client: Client, step: Step): Promise<void> {
  const { resource, name } = step;
  switch (step.kind) {
    case "create":
      await resource.create(client, name, step.fields);
      return;
    case "change":
      await resource.change(client, name, step.change, step.whole);
      return;
    case "remove":
      await client.ask("DELETE", resource.path(name));
  }
}

/** All that the server has of some sections, as a file would say it; without secrets, and without `null`s. */
export async function dumpOf(client: Client, sections: readonly Section[] = SECTIONS): Promise<Fields> {
  const dump: Record<string, unknown> = { version: 1 };
  for (const resource of RESOURCES) {
    if (!sections.includes(resource.section)) continue;
    const { items } = await client.ask<{ readonly items: readonly Fields[] }>("GET", resource.listPath);
    const named = items.map((shown) => [String(shown["name"]), compact(settable(resource, shown))] as const);
    dump[resource.section] = Object.fromEntries(named);
  }
  return dump;
}

/** In an order that is always the same, so that two dumps can be compared: what a thing is first. */
function compact(fields: Fields): Fields {
  const given = Object.entries(fields).filter(([, value]) => value !== null);
  const rank = (field: string) => (field === "kind" ? "" : field);
  return Object.fromEntries(given.toSorted(([a], [b]) => (rank(a) < rank(b) ? -1 : 1)));
}
