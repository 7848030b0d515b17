// The decisions of the floor: tabs, zoom, the shown part of the room, and numbers of tables.

import assert from "node:assert/strict";
import { test } from "node:test";

import { hasRung } from "../../static/js/rings.js";
import { boxAround, isIn, isShown, leastWidth, numberOf, showsRoom, stepZoom } from "../../static/js/room.js";

const table = (dataset) => ({ dataset });

test("a tab has its section, the person's own tables, or all", () => {
  const mine = table({ section: "3", server: "7" });
  assert.ok(isIn("all", mine, "7"));
  assert.ok(isIn("mine", mine, "7"));
  assert.ok(isIn("3", mine, ""));
  assert.ok(!isIn("4", mine, "7"));
  assert.ok(!isIn("mine", mine, "8"));
  assert.ok(!isIn("mine", table({ section: "3" }), ""), "a person without an id has no tables");
});

test("a floor's tab has its tables and shows all of its walls", () => {
  assert.ok(isIn("floor-2", table({ section: "3", floor: "floor-2" }), ""));
  assert.ok(!isIn("floor-1", table({ section: "3", floor: "floor-2" }), ""));
  const room = table({ room: "floor-2" });
  assert.deepEqual(
    ["floor-2", "all", "floor-1", "mine"].map((tab) => showsRoom(tab, room)),
    [true, true, false, false],
  );
});

test("a table without a server that needs somebody is shown to everybody", () => {
  assert.ok(isShown("mine", table({ section: "3", needs: "" }), "7"));
  assert.ok(!isShown("mine", table({ section: "3" }), "7"));
  assert.ok(!isShown("mine", table({ section: "3", server: "8", needs: "" }), "7"));
});

test("a call that nobody has taken for long is shown in every tab", () => {
  const theirs = table({ section: "3", server: "8", needs: "", forAll: "" });
  assert.ok(isShown("mine", theirs, "7"));
  assert.ok(isShown("4", theirs, "7"));
  assert.ok(!isIn("mine", theirs, "7"), "it does not count as the person's own");
});

test("zoom goes step by step and stops at its ends", () => {
  assert.equal(stepZoom(null, 1), 125);
  assert.equal(stepZoom("125", 1), 150);
  assert.equal(stepZoom("300", 1), 300);
  assert.equal(stepZoom("100", -1), 100);
  assert.equal(stepZoom("nonsense", 1), 125);
});

test("the shown part of the room holds all boxes and is never tiny", () => {
  assert.equal(boxAround([{ x: 100, y: 100, width: 700, height: 500 }]), "84 84 732 532");
  const [x, y, width, height] = boxAround([{ x: 300, y: 300, width: 80, height: 80 }])
    .split(" ")
    .map(Number);
  assert.deepEqual([width, height], [420, 320]);
  assert.deepEqual([x + width / 2, y + height / 2], [340, 340]);
});

test("the number of a table is the last one in its name", () => {
  assert.equal(numberOf("Table 12, free, 4 seats"), "12");
  assert.equal(numberOf("Floor 2 table 7"), "7");
  assert.equal(numberOf("Bar, free"), "");
});

test("a new call rings, and so does one that rings again", () => {
  const earlier = new Map([["need-1", 1]]);
  assert.ok(!hasRung(earlier, new Map([["need-1", 1]])));
  assert.ok(hasRung(earlier, new Map([["need-1", 2]])));
  assert.ok(
    hasRung(
      earlier,
      new Map([
        ["need-1", 1],
        ["need-2", 1],
      ]),
    ),
  );
  assert.ok(!hasRung(earlier, new Map()), "a call that was taken");
});

test("a plan for fingers is as wide as its smallest table needs", () => {
  assert.equal(leastWidth(1000, [60, 88]), 734);
  assert.equal((leastWidth(1000, [60, 88]) / 1000) * 60 >= 44, true);
  assert.equal(leastWidth(1000, []), 0);
});
