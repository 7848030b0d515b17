// Tests of static/js/idle.js.

import assert from "node:assert/strict";
import { test } from "node:test";

import { due } from "../../static/js/idle.js";

const MINUTE = 60_000;

test("a tablet that nobody touches locks", () => {
  assert.equal(due(5 * MINUTE - 1, 0, 0, 5 * MINUTE), "");
  assert.equal(due(5 * MINUTE, 0, 0, 5 * MINUTE), "lock");
});

test("the server hears of touches once a minute", () => {
  assert.equal(due(59_000, 58_000, 0, 5 * MINUTE), "");
  assert.equal(due(61_000, 58_000, 0, 5 * MINUTE), "tell");
  assert.equal(due(70_000, 58_000, 61_000, 5 * MINUTE), "", "it has heard of this touch");
});
