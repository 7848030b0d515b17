// Tests of static/js/gaps.js: which empty place a ticket takes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { placeFor } from "../../static/js/gaps.js";

test("a ticket takes the first place that is high enough", () => {
  assert.equal(placeFor(100, [80, 120, 200]), 1);
});

test("a ticket that is higher than all places takes the last, so that few tickets move", () => {
  assert.equal(placeFor(300, [80, 120, 200]), 2);
});
