// Tests of static/js/timeline-moves.js: where a bar of the timeline lands.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pulledTo, stepped, tablesAfter } from "../../static/js/timeline-moves.js";

const grid = { hour: 150, slot: 15, tops: [56, 108, 160, 212] };

test("a bar lands at the nearest slot and table", () => {
  assert.deepEqual(pulledTo({ minutes: 120, line: 1 }, 80, 60, grid), { minutes: 150, line: 2 });
  assert.deepEqual(pulledTo({ minutes: 120, line: 1 }, -70, -30, grid), { minutes: 90, line: 0 });
});

test("a bar that is pulled up or down keeps its time, also one between slots", () => {
  assert.deepEqual(pulledTo({ minutes: 127, line: 1 }, 10, 52, grid), { minutes: 127, line: 2 });
  assert.deepEqual(pulledTo({ minutes: 127, line: 1 }, 40, 0, grid), { minutes: 135, line: 1 });
  assert.deepEqual(pulledTo({ minutes: 127, line: 1 }, -40, 0, grid), { minutes: 120, line: 1 });
});

test("no bar leaves the tables", () => {
  assert.equal(pulledTo({ minutes: 0, line: 3 }, 0, 500, grid).line, 3);
  assert.equal(stepped({ minutes: 0, line: 0 }, [0, -1], grid).line, 0);
});

test("a bar that is pulled across the name of a section lands at the nearest table", () => {
  const parted = { ...grid, tops: [80, 132, 208, 260] }; // a name above the first and the third
  const landing = (line, dy) => pulledTo({ minutes: 120, line }, 0, dy, parted).line;
  assert.deepEqual([landing(1, 52), landing(1, 76), landing(1, 30)], [2, 2, 1]);
  assert.deepEqual([landing(3, -128), landing(0, 180)], [1, 3]);
  assert.equal(stepped({ minutes: 120, line: 1 }, [0, 1], parted).line, 2);
});

test("a step is a slot or a table", () => {
  assert.deepEqual(stepped({ minutes: 120, line: 0 }, [1, 0], grid), { minutes: 135, line: 0 });
  assert.deepEqual(stepped({ minutes: 127, line: 0 }, [-1, 1], grid), { minutes: 120, line: 1 });
});

test("one table of a booking is exchanged", () => {
  assert.deepEqual(tablesAfter(["1", "2"], "2", "5"), ["1", "5"]);
  assert.deepEqual(tablesAfter(["1", "2"], "2", "2"), ["1", "2"]);
  assert.equal(tablesAfter(["1", "2"], "2", "1"), null);
});
