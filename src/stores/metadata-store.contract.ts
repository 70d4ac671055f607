import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Seq } from "#core";
import { governingContract } from "./metadata-governing.contract.ts";
import { followersContract, newsContract, replayContract } from "./metadata-news.contract.ts";
import { searchContract } from "./metadata-search.contract.ts";
import type { MetadataStore } from "./metadata-store.ts";
import { accountsContract, projectsContract, removalsContract } from "./metadata-tables.contract.ts";
import { trashContract } from "./metadata-trash.contract.ts";
import { foldersContract, propertiesContract, treeContract } from "./metadata-tree.contract.ts";
import { type Place, promise } from "./place.contract.ts";
import { append, DEV, FOO, published, registered, SOMEBODY, saved, seqs } from "./samples.contract.ts";

type Make = () => Promise<Place<MetadataStore>>;

/** What every keeper of facts promises. The place's clock must stand still at 1000. */
export function metadataStoreContract(name: string, make: Make): void {
  describe(`${name} writes facts`, () => writesContract(make));
  describe(`${name} tells of facts`, () => newsContract(make));
  describe(`${name} hands facts to followers`, () => followersContract(make));
  describe(`${name} takes over another journal`, () => replayContract(make));
  describe(`${name} shows accounts and repositories`, () => accountsContract(make));
  describe(`${name} shows projects and files`, () => projectsContract(make));
  describe(`${name} forgets what was removed`, () => removalsContract(make));
  describe(`${name} keeps folders`, () => foldersContract(make));
  describe(`${name} shows trees`, () => treeContract(make));
  describe(`${name} keeps properties`, () => propertiesContract(make));
  describe(`${name} keeps groups, permission targets and policies`, () => governingContract(make));
  describe(`${name} lets removed files rest`, () => trashContract(make));
  describe(`${name} finds files and folders`, () => searchContract(make));
}

function writesContract(make: Make): void {
  promise("an entry says what happened, when and by whom", make, async (place) => {
    await using store = await place.open();
    await append(store, saved(DEV));
    const [entry] = await store.read((view) => view.entries(0 as Seq, 10));
    assert.deepEqual(entry, { seq: 1, at: 1000, by: SOMEBODY, event: saved(DEV) });
  });

  promise("write resolves to the result and the last position", make, async (place) => {
    await using store = await place.open();
    const first = await store.write(SOMEBODY, async (tx) => {
      tx.append(saved(DEV));
      tx.append(registered("foo"));
      return "done";
    });
    assert.deepEqual(first, { result: "done", seq: 2 });
    const second = await store.write(SOMEBODY, async () => "nothing to do");
    assert.deepEqual(second, { result: "nothing to do", seq: 2 });
    assert.equal(store.head, 2);
  });

  promise("a transaction sees what it appended", make, async (place) => {
    await using store = await place.open();
    await store.write(SOMEBODY, async (tx) => {
      assert.equal(await tx.artifact(DEV, "foo-1.0.tar.gz"), null);
      tx.append(published("foo-1.0.tar.gz"));
      assert.equal((await tx.artifact(DEV, "foo-1.0.tar.gz"))?.sizeBytes, 100);
      assert.equal((await tx.project(DEV, FOO))?.changedAtSeq, 1);
      assert.deepEqual(seqs(await tx.entries(0 as Seq, 10)), [1]);
    });
  });

  promise("a write that throws leaves nothing and takes no number", make, async (place) => {
    await using store = await place.open();
    await append(store, saved(DEV));
    await assert.rejects(
      store.write(SOMEBODY, async (tx) => {
        tx.append(registered("foo"));
        assert.notEqual(await tx.project(DEV, FOO), null);
        throw new Error("changed my mind");
      }),
      /changed my mind/,
    );
    assert.equal(await store.read((view) => view.project(DEV, FOO)), null);
    assert.equal(await append(store, registered("bar")), 2);
  });

  promise("of writes that are committed together only the one that throws is undone", make, async (place) => {
    await using store = await place.open();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        store.write(SOMEBODY, async (tx) => {
          tx.append(registered(`project-${index}`));
          if (index % 3 === 1) await tx.users();
          if (index % 3 === 2) throw new Error(`number ${index} fails`);
          return index;
        }),
      ),
    );
    const failed = outcomes.flatMap(({ status }, index) => (status === "rejected" ? [index] : []));
    assert.deepEqual(failed, [2, 5, 8, 11, 14, 17]);
    const entries = await store.read((view) => view.entries(0 as Seq, 100));
    assert.deepEqual(
      seqs(entries),
      Array.from({ length: 14 }, (_, index) => index + 1),
    );
    const page = await store.read((view) => view.projects(DEV, { after: null, limit: 100 }));
    assert.equal(page.length, 14);
    assert.equal((await store.read((view) => view.totals(DEV))).projects, 14);
  });

  promise("an event that the tables refuse undoes its own write only", make, async (place) => {
    await using store = await place.open();
    await append(store, published("foo-1.0.tar.gz"));
    const twice = append(store, registered("bar"), published("foo-1.0.tar.gz"), registered("baz"));
    const other = append(store, registered("qux"));
    await assert.rejects(twice);
    assert.equal(await other, 2);
    const names = (await store.read((view) => view.projects(DEV, { after: null, limit: 9 }))).map((p) => p.project);
    assert.deepEqual(names, ["foo", "qux"]);
  });

  promise("writes run one after another, in the order in which they were asked for", make, async (place) => {
    await using store = await place.open();
    const results = await Promise.all(
      Array.from({ length: 30 }, () =>
        store.write(SOMEBODY, async (tx) => {
          const { artifacts } = await tx.totals(DEV);
          tx.append(published(`foo-${artifacts}.tar.gz`));
          await tx.users();
          return artifacts;
        }),
      ),
    );
    assert.deepEqual(
      results.map(({ result }) => result),
      Array.from({ length: 30 }, (_, index) => index),
    );
    assert.deepEqual(
      results.map(({ seq }) => seq),
      Array.from({ length: 30 }, (_, index) => index + 1),
    );
  });

  promise("a write of many events is one write", make, async (place) => {
    await using store = await place.open();
    const names = Array.from({ length: 3000 }, (_, index) => `p-${String(index).padStart(4, "0")}`);
    assert.equal(await append(store, ...names.map((name) => registered(name))), 3000);
    assert.equal((await store.read((view) => view.totals(DEV))).projects, 3000);
    await assert.rejects(
      store.write(SOMEBODY, async (tx) => {
        for (const name of names) tx.append(registered(`${name}-more`));
        throw new Error("no");
      }),
    );
    assert.equal((await store.read((view) => view.totals(DEV))).projects, 3000);
  });

  promise("a large write that the tables refuse undoes nothing but itself", make, async (place) => {
    await using store = await place.open();
    await append(store, published("foo-1.0.tar.gz"));
    const many = Array.from({ length: 1000 }, (_, index) => registered(`p-${index}`));
    const before = append(store, registered("a"));
    const large = append(store, registered("first"), published("foo-1.0.tar.gz"), ...many);
    const behind = append(store, registered("b"));
    await assert.rejects(large);
    assert.deepEqual(await Promise.all([before, behind]), [2, 3]);
    assert.equal((await store.read((view) => view.totals(DEV))).projects, 3);
  });

  promise("a read sees one moment, whatever is written meanwhile", make, async (place) => {
    await using store = await place.open();
    await append(store, registered("foo"));
    let write: Promise<Seq> | null = null;
    const counts = await store.read(async (view) => {
      const before = (await view.totals(DEV)).projects;
      write = append(store, registered("bar"));
      // Many questions, so that the write has every chance to get in between.
      for (let question = 0; question < 200; question += 1) await view.totals();
      return [before, (await view.totals(DEV)).projects];
    });
    assert.deepEqual(counts, [1, 1]);
    await write;
    assert.equal((await store.read((view) => view.totals(DEV))).projects, 2);
  });

  promise("many reads at a time all get their answer", make, async (place) => {
    await using store = await place.open();
    await append(store, registered("foo"));
    const answers = await Promise.all(
      Array.from({ length: 100 }, () =>
        store.read(async (view) => [(await view.project(DEV, FOO))?.project, (await view.totals()).projects]),
      ),
    );
    assert.ok(answers.every(([project, count]) => project === "foo" && count === 1));
  });

  promise("what was written is there when the store is opened again", make, async (place) => {
    let installationId = "";
    {
      await using store = await place.open();
      installationId = store.installationId;
      await append(store, saved(DEV), published("foo-1.0.tar.gz"));
    }
    await using store = await place.open();
    assert.equal(store.head, 2);
    assert.equal(store.installationId, installationId);
    assert.match(installationId, /./);
    assert.equal((await store.read((view) => view.artifacts(DEV, FOO))).length, 1);
    assert.equal(await append(store, registered("bar")), 3);
  });

  promise("closing lets the reads that run come to their end", make, async (place) => {
    const store = await place.open();
    await append(store, registered("foo"));
    const read = store.read(async (view) => {
      for (let question = 0; question < 200; question += 1) await view.totals();
      return (await view.totals(DEV)).projects;
    });
    await store[Symbol.asyncDispose]();
    assert.equal(await read, 1);
  });

  promise("closing finishes the writes that wait and refuses later ones", make, async (place) => {
    const store = await place.open();
    const writes = Promise.all([append(store, registered("a")), append(store, registered("b"))]);
    await store[Symbol.asyncDispose]();
    assert.deepEqual(await writes, [1, 2]);
    await assert.rejects(append(store, registered("c")), { problem: { code: "shutting-down", retryAfterSeconds: 5 } });
  });
}
