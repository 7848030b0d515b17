// Tests of static/js/selection.js: the ticket that a number or an arrow key chooses.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nextPlace, readDigit } from "../../static/js/selection.js";

const NOTHING = { digits: "", at: 0 };
const T = 1_000_000;

test("a digit names the ticket with its number", () => {
  assert.deepEqual(readDigit(NOTHING, "3", T, 9), { typed: { digits: "3", at: T }, number: 3 });
});

test("0 names the tenth ticket", () => {
  assert.equal(readDigit(NOTHING, "0", T, 12).number, 10);
});

test("two digits in quick succession are one number", () => {
  const first = readDigit(NOTHING, "1", T, 12).typed;
  assert.deepEqual(readDigit(first, "2", T + 799, 12), { typed: { digits: "12", at: T + 799 }, number: 12 });
});

test("two digits are two numbers after a pause", () => {
  const first = readDigit(NOTHING, "1", T, 12).typed;
  assert.deepEqual(readDigit(first, "2", T + 800, 12), { typed: { digits: "2", at: T + 800 }, number: 2 });
});

test("two digits are two numbers when the page has fewer tickets", () => {
  const first = readDigit(NOTHING, "1", T, 9).typed;
  assert.deepEqual(readDigit(first, "2", T + 100, 9), { typed: { digits: "2", at: T + 100 }, number: 2 });
});

test("an arrow goes to the next place and stops at both ends", () => {
  assert.equal(nextPlace(1, 1, 0, 4), 2);
  assert.equal(nextPlace(1, -1, 0, 4), 0);
  assert.equal(nextPlace(3, 1, 0, 4), 3);
  assert.equal(nextPlace(0, -1, 0, 4), 0);
});

test("after the chosen ticket left, the first step goes to the ticket in its place", () => {
  assert.equal(nextPlace(-1, 1, 2, 4), 2);
  assert.equal(nextPlace(-1, -1, 2, 4), 1);
  assert.equal(nextPlace(-1, 1, 4, 4), 3);
});
