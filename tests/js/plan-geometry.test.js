// The decisions of the floor editor about places: turning, resizing, snapping, aligning, free places.

import assert from "node:assert/strict";
import { test } from "node:test";

import { chairsOf } from "../../static/js/plan-chairs.js";
import {
  aligned,
  boundsOf,
  distributed,
  freePlaces,
  heldBack,
  middleOf,
  onFloor,
  overlapping,
  resized,
  rotationTo,
} from "../../static/js/plan-geometry.js";
import { snapped } from "../../static/js/plan-snap.js";

const FLOOR = { width: 1000, height: 700 };
const box = (id, x, y, width = 80, height = 80, rotation = 0) => ({ id, x, y, width, height, rotation });
const rounded = (value) => Object.fromEntries(Object.entries(value).map(([name, each]) => [name, Math.round(each)]));

test("the bounds of a turned box are those of its corners", () => {
  assert.deepEqual(rounded(boundsOf(box("a", 100, 100, 200, 40, 90))), { x: 180, y: 20, width: 40, height: 200 });
  assert.equal(Math.round(boundsOf(box("a", 0, 0, 100, 100, 45)).width), 141);
});

test("a box stays on its floor, in whole units", () => {
  assert.deepEqual(onFloor(box("a", 980.4, -3), FLOOR), { x: 920, y: 0 });
  const two = [box("a", 10, 10), box("b", 900, 600)];
  assert.deepEqual(heldBack(two, 50, -50, FLOOR), { dx: 20, dy: -10 });
});

test("the side opposite to a pulled handle stays where it is", () => {
  const wider = resized(box("a", 100, 100), { x: 1, y: 0 }, 33, 50, { step: 10 });
  assert.deepEqual([wider.x, wider.y, wider.width, wider.height], [100, 100, 110, 80]);
  const left = resized(box("a", 100, 100), { x: -1, y: -1 }, -20, 500);
  assert.deepEqual([left.x, left.y, left.width, left.height], [80, 160, 100, 20]);
  const turned = resized(box("a", 100, 100, 80, 80, 90), { x: 1, y: 0 }, 0, 40);
  assert.equal(turned.width, 120, "in its own direction");
  assert.equal(middleOf(turned).y, 160, "its upper edge stays");
});

test("the upper handle turns a box in steps", () => {
  assert.equal(rotationTo(box("a", 0, 0), { x: 40, y: -100 }), 0);
  assert.equal(rotationTo(box("a", 0, 0), { x: 140, y: 41 }), 90);
  assert.equal(rotationTo(box("a", 0, 0), { x: -60, y: 42 }), 270);
  assert.equal(rotationTo(box("a", 0, 0), { x: 60, y: -10 }, 1), 22);
});

test("a moved box snaps to a neighbour and otherwise to the grid", () => {
  const near = snapped({ x: 100, y: 100, width: 80, height: 80 }, 3, 47, [{ x: 300, y: 151, width: 80, height: 80 }]);
  assert.deepEqual(near, { dx: 0, dy: 51, guides: [{ axis: "y", at: 151 }] });
  const free = snapped({ x: 100, y: 100, width: 80, height: 80 }, 3.4, 47.2, [], { free: true });
  assert.deepEqual(free, { dx: 3, dy: 47, guides: [] });
});

test("boxes are aligned at what is seen of them", () => {
  const boxes = [box("a", 100, 100), box("b", 300, 160, 200, 40, 90)];
  assert.deepEqual(
    aligned(boxes, "left").map((each) => Math.round(each.x)),
    [100, 20],
  );
  assert.deepEqual(
    aligned(boxes, "bottom").map((each) => Math.round(each.y)),
    [200, 160],
  );
});

test("gaps become equal and the outermost boxes stay", () => {
  const places = distributed([box("a", 0, 0), box("c", 400, 0), box("b", 100, 0)], "x");
  assert.deepEqual(places, [
    { id: "a", x: 0 },
    { id: "b", x: 200 },
    { id: "c", x: 400 },
  ]);
});

test("free places stand between the taken ones", () => {
  const places = freePlaces({ width: 400, height: 200 }, [box("a", 0, 0)], 2, { width: 80, height: 80 });
  assert.deepEqual(places, [
    { x: 140, y: 20 },
    { x: 260, y: 20 },
  ]);
  assert.equal(freePlaces({ width: 200, height: 100 }, [], 3, { width: 80, height: 80 }), null);
});

test("boxes that overlap are found, those that touch are not", () => {
  assert.deepEqual([...overlapping([box("a", 0, 0), box("b", 80, 0), box("c", 150, 0)])], ["b", "c"]);
  const diamonds = [box("a", 0, 0, 100, 100, 45), box("b", 80, 80, 100, 100, 45)];
  assert.equal(overlapping(diamonds).size, 0, "only their bounds overlap");
});

test("a table has as many chairs as seats, all around it", () => {
  for (const shape of ["round", "square", "rectangle"]) {
    for (const seats of [1, 2, 5, 10]) {
      const chairs = chairsOf({ shape, width: 300, height: 80, seats });
      assert.equal(chairs.length, seats);
      for (const { x, y } of chairs) assert.ok(Math.abs(x) > 150 || Math.abs(y) > 40 || shape === "round");
    }
  }
});
