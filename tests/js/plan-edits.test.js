// Changes of a plan, undo, selection, and what happens when two people change it.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as edits from "../../static/js/plan-edits.js";
import { withFloor, withFloorFacts, withoutFloor } from "../../static/js/plan-floors.js";
import { begun, committed, redone, undone, undoWords } from "../../static/js/plan-history.js";
import { merged } from "../../static/js/plan-merge.js";
import { kept, NOTHING, only, stepped, toggled, touched } from "../../static/js/plan-selection.js";

const table = (id, facts = {}) => ({
  ...{ id, name: `Table ${id}`, section: "Window", seats: 4, shape: "square", floor: "f", x: 100, y: 100 },
  ...{ width: 80, height: 80, rotation: 0, ...facts },
});
const plan = (tables, fixtures = []) => ({
  sections: ["Window"],
  floors: [{ id: "f", name: "Room", width: 1000, height: 700, fixtures }],
  tables,
});
const byId = (of, id) => of.tables.find((each) => each.id === id);

test("moving leaves the old plan as it is and stops at the edge for all", () => {
  const before = plan([table("1"), table("2", { x: 900 })]);
  const after = edits.moved(before, "f", new Set(["1", "2"]), 50, 10);
  assert.deepEqual([byId(after, "1").x, byId(after, "2").x, byId(after, "2").y], [120, 920, 110]);
  assert.equal(byId(before, "1").x, 100);
  assert.equal(edits.moved(after, "f", new Set(["2"]), 50, 0), after, "nothing moves, so nothing is undone later");
});

test("24 tables from 1 take free numbers and free places", () => {
  const { plan: after, ids, left } = edits.withTables(plan([table("7")]), "f", { count: 24, first: 1, word: "Table" });
  const names = ids.map((id) => byId(after, id).name);
  assert.deepEqual([names[0], names[5], names[6], names.at(-1)], ["Table 1", "Table 6", "Table 8", "Table 25"]);
  assert.equal(left, 0);
  const places = new Set(after.tables.map((each) => `${each.x} ${each.y}`));
  assert.equal(places.size, 25);
});

test("what has no room lies in the tray", () => {
  const { plan: after, left } = edits.withTables(plan([]), "f", { count: 200, first: 1, word: "T" });
  assert.equal(edits.trayOf(after).length, left);
  assert.ok(left > 0);
});

test("copies have names of their own and stay on the floor", () => {
  const before = plan([table("1"), table("2", { x: 900 })], [{ ...table("w"), seats: undefined, kind: "wall" }]);
  const { plan: after, ids } = edits.duplicated(before, "f", new Set(["1", "2"]), "Table");
  assert.deepEqual(
    ids.map((id) => byId(after, id).name),
    ["Table 3", "Table 4"],
  );
  assert.ok(ids.every((id) => byId(after, id).x + 80 <= 1000));
});

test("facts keep a table on its floor", () => {
  const after = edits.described(plan([table("1", { x: 900 })]), new Set(["1"]), { width: 300, nonsense: 1 });
  assert.deepEqual([byId(after, "1").x, byId(after, "1").width, "nonsense" in byId(after, "1")], [700, 300, false]);
});

test("a new table belongs to the section of its floor", () => {
  const { plan: two, id } = withFloor(plan([table("1")]), "Garden");
  assert.deepEqual([edits.sectionOf(two, "f"), edits.sectionOf(two, id)], ["Window", "Garden"]);
  assert.equal(edits.sectionOf({ ...plan([]), sections: [] }, "f"), "Room");
});

test("a table is never smaller than a plate", () => {
  assert.equal(byId(edits.described(plan([table("1")]), new Set(["1"]), { width: 3 }), "1").width, 20);
});

test("tables go into the tray and to a free place of another floor", () => {
  const { plan: two, id } = withFloor(plan([table("1")]), "Room");
  assert.equal(two.floors[1].name, "Room 2");
  const there = edits.taken(two, new Set(["1"]), id);
  assert.deepEqual([byId(there, "1").floor, byId(there, "1").x], [id, 20]);
  assert.equal(byId(withoutFloor(there, id), "1").floor, null);
  assert.equal(withoutFloor(plan([]), "f").floors.length, 1, "the last floor stays");
  const small = withFloorFacts(plan([table("1", { x: 900 })]), "f", { width: 400 });
  assert.equal(byId(small, "1").x, 320);
});

test("undo and redo go through the steps; nudges in a row are one", () => {
  const [a, b, c, d] = [1, 2, 3, 4].map((x) => plan([table("1", { x })]));
  let history = committed(begun(a), b, "first");
  history = committed(committed(history, c, "moved", "nudge"), d, "moved", "nudge");
  assert.equal(undoWords(history), "moved");
  history = undone(history);
  assert.equal(history.now, b);
  history = redone(history);
  assert.equal(history.now, d);
  assert.equal(undone(undone(undone(history))).now, a);
  assert.equal(committed(history, d, "nothing"), history);
  assert.equal(redone(committed(undone(history), c, "other")).now, c, "a new step ends redo");
});

test("items are selected by step, by rectangle and one by one", () => {
  const items = [table("1"), table("2", { x: 300 }), table("3", { x: 500 })];
  assert.equal(stepped(NOTHING, items, 1).at, "1");
  assert.equal(stepped(only("3"), items, 1).at, "1");
  assert.deepEqual([...stepped(only("1"), items, 1, true).ids], ["1", "2"]);
  assert.deepEqual([...touched(items, { x: 350, y: 0, width: 300, height: 150 }).ids], ["2", "3"]);
  assert.deepEqual([...toggled(toggled(NOTHING, "1"), "1").ids], []);
  assert.deepEqual(kept(only("gone"), items), NOTHING);
});

test("changes of two people are joined", () => {
  const base = plan([table("1"), table("2"), table("3")], [{ id: "w", kind: "wall", x: 0 }]);
  const mine = edits.removed(
    edits.changed(base, ["1"], () => ({ x: 500 })),
    new Set(["w"]),
  );
  const theirs = { ...base, tables: [table("1"), table("2", { seats: 9 }), table("4")], version: "2" };
  const joined = merged(base, mine, theirs);
  assert.deepEqual(
    joined.plan.tables.map((each) => [each.id, each.x, each.seats]),
    [
      ["1", 500, 4],
      ["2", 100, 9],
      ["4", 100, 4],
    ],
  );
  assert.deepEqual(joined.plan.floors[0].fixtures, []);
  assert.deepEqual(joined.conflicts, []);
  assert.deepEqual(
    joined.theirs.map((each) => [each.id, each.what]),
    [
      ["2", "changed"],
      ["4", "added"],
      ["3", "removed"],
    ],
  );
});

test("where both changed the same table the person chooses", () => {
  const base = plan([table("1"), table("2")]);
  const mine = edits.changed(base, ["1", "2"], () => ({ x: 500 }));
  const theirs = { ...edits.changed(base, ["1"], () => ({ x: 300 })), tables: [table("1", { x: 300 })] };
  const { plan: own, conflicts } = merged(base, mine, theirs);
  assert.deepEqual(
    conflicts.map(({ id, mine: is, theirs: said }) => [id, is.x, said?.x]),
    [
      ["1", 500, 300],
      ["2", 500, undefined],
    ],
  );
  assert.deepEqual([byId(own, "1").x, byId(own, "2").x], [500, 500]);
  const other = merged(base, mine, theirs, new Set(["1", "2"])).plan;
  assert.deepEqual([byId(other, "1").x, byId(other, "2")], [300, undefined]);
});

test("a repeated save whose first answer was lost is no conflict", () => {
  const base = plan([table("1")]);
  const { plan: mine } = edits.withTables(base, "f", { count: 1, first: 1, word: "Table" });
  const reordered = mine.tables.map((each) => Object.fromEntries(Object.entries(each).reverse()));
  assert.deepEqual(merged(base, mine, { ...mine, tables: reordered }).conflicts, []);
});

test("ids are random and of version 4", () => {
  const [one, other] = [edits.newId(), edits.newId()];
  assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(one, other);
});
