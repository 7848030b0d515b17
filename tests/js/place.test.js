// Tests of static/js/place.js: what a page does with a message, by its place in the log.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isOtherHistory, placeAfter, refusedFor, retryDelay } from "../../static/js/place.js";

const place = { seq: 10, epoch: "a" };

test("a change of the same history moves the place on", () => {
  assert.deepEqual(placeAfter(place, { kind: "changes", seq: 12, epoch: "a" }), { seq: 12, epoch: "a" });
});

test("a change that is behind leaves the place", () => {
  assert.deepEqual(placeAfter(place, { kind: "changes", seq: 9, epoch: "a" }), place);
});

test("a change of another history has no place", () => {
  assert.equal(placeAfter(place, { kind: "changes", seq: 12, epoch: "b" }), null);
});

test("a snapshot sets the place, also back and to another history", () => {
  assert.deepEqual(placeAfter(place, { kind: "snapshot", seq: 3, epoch: "a" }), { seq: 3, epoch: "a" });
  assert.deepEqual(placeAfter(place, { kind: "snapshot", seq: 1, epoch: "b" }), { seq: 1, epoch: "b" });
});

test("the first change sets the place of a page without one", () => {
  assert.deepEqual(placeAfter({ seq: null, epoch: "a" }, { kind: "changes", seq: 0, epoch: "a" }), {
    seq: 0,
    epoch: "a",
  });
});

test("a heartbeat ahead of the page is the same history", () => {
  assert.equal(isOtherHistory(place, { seq: 10, epoch: "a" }), false);
  assert.equal(isOtherHistory(place, { seq: 99, epoch: "a" }), false);
});

test("a heartbeat with another epoch, or before the place, is another history", () => {
  assert.equal(isOtherHistory(place, { seq: 10, epoch: "b" }), true);
  assert.equal(isOtherHistory(place, { seq: 9, epoch: "a" }), true);
});

test("tries to connect come at longer intervals, at most three seconds", () => {
  const longest = [0, 1, 2, 3, 4, 50].map((attempt) => retryDelay(attempt, 1));
  assert.deepEqual(longest, [250, 500, 1000, 2000, 3000, 3000]);
});

test("jitter halves the interval at most", () => {
  assert.equal(retryDelay(2, 0), 500);
  const random = Array.from({ length: 50 }, () => retryDelay(2));
  assert.ok(random.every((delay) => delay >= 500 && delay <= 1000));
  assert.ok(new Set(random).size > 1);
});

test("after a close code that names a limit no try comes for ten seconds", () => {
  for (const code of [4408, 4429]) {
    assert.deepEqual([refusedFor(code, 0), refusedFor(code, 1)], [10_000, 15_000]);
    assert.ok(refusedFor(code) >= 10_000);
  }
});

test("other close codes allow a try at once", () => {
  for (const code of [1000, 1006, 4401, 4500, 4503, undefined]) assert.equal(refusedFor(code, 1), 0);
});
