// Tests of static/js/ages.js.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ageOf, inWords, untilInWords } from "../../static/js/ages.js";

test("a duration is told in minutes, hours and days", () => {
  const seconds = [0, 59, 60, 3599, 3600, 3900, 86_399, 86_400, 200_000];
  const words = ["now", "now", "1 min", "59 min", "1 h 00", "1 h 05", "23 h 59", "1 d", "2 d"];
  assert.deepEqual(seconds.map(inWords), words);
});

test("a duration before the server's time is told as now", () => {
  assert.equal(inWords(-300), "now");
});

test("the time that is left is rounded up to minutes", () => {
  assert.deepEqual([-5, 0, 1, 60, 61].map(untilInWords), ["now", "now", "in 1 min", "in 1 min", "in 2 min"]);
});

test("a ticket changes its age at each threshold", () => {
  const ages = [0, 299, 300, 599, 600].map((seconds) => ageOf(seconds, 300, 600));
  assert.deepEqual(ages, ["new", "new", "soon", "soon", "late"]);
});

test("a ticket is late when both thresholds are the same", () => {
  assert.equal(ageOf(300, 300, 300), "late");
});
