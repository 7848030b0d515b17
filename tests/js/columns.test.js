// Tests of static/js/columns.js: the button that a drop presses, and the column of a ticket.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeElement, openPage, setPaged } from "./page.js";

openPage();
const { actFor, dealOut } = await import("../../static/js/columns.js");

const dragged = (from, attributes = {}) => ({ from, id: "7", ticket: new FakeElement("ticket-7", { attributes }) });

test("a queued ticket is started, or released when it is held, in the cooking column", () => {
  assert.equal(actFor(dragged("queued"), "started"), "#start-7, #release-7");
});

test("a ticket is bumped in the ready column", () => {
  assert.equal(actFor(dragged("queued"), "ready"), "#bump-7");
  assert.equal(actFor(dragged("started"), "ready"), "#bump-7");
});

test("a ticket whose change is not confirmed cannot be bumped", () => {
  assert.equal(actFor(dragged("started", { "data-alert": "" }), "ready"), null);
});

test("a ready ticket is recalled in each other column", () => {
  assert.equal(actFor(dragged("ready"), "queued"), "#recall-7");
  assert.equal(actFor(dragged("ready"), "started"), "#recall-7");
});

test("nothing happens in the ticket's own column, outside all columns, or back in the queue", () => {
  assert.equal(actFor(dragged("started"), "started"), null);
  assert.equal(actFor(dragged("ready"), "ready"), null);
  assert.equal(actFor(dragged("ready"), null), null);
  assert.equal(actFor(dragged("started"), "queued"), null);
});

/** Deal out three tickets in this layout; return the ids in both columns. */
function dealtOut(layout, paged = true) {
  const ticket = (id, status) => new FakeElement(id, { data: { status, sort: id } });
  const queued = new FakeElement("tickets", { children: [ticket("1", "started"), ticket("2", "queued")] });
  const cooking = new FakeElement("cooking", { children: [ticket("3", "started")] });
  const page = openPage(queued, cooking);
  page.querySelectorAll = () => [...queued.children, ...cooking.children];
  setPaged(paged);
  root.dataset.layout = layout;
  dealOut();
  return [queued, cooking].map((list) => list.children.map((each) => each.id));
}

const root = globalThis.document.documentElement; // the one that screen.js read when it was loaded

test("columns hold the tickets of their status, in order", () => {
  assert.deepEqual(dealtOut("columns"), [["2"], ["1", "3"]]);
});

test("without columns all tickets stand in the first list, in order", () => {
  assert.deepEqual(dealtOut("station"), [["1", "2", "3"], []]);
});

test("a small screen has no columns", () => {
  assert.deepEqual(dealtOut("columns", false), [["1", "2", "3"], []]);
});
