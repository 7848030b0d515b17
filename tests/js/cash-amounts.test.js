// Tests of static/js/cash-amounts.js: amounts of cash in the smallest unit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { changeOf, pressed, toCoin, typedAs, unitsOf } from "../../static/js/cash-amounts.js";

const press = (keys, digits) => keys.reduce((units, key) => pressed(units, key, digits), 0);

test("typed amounts of currencies with none, two and three decimals", () => {
  assert.equal(unitsOf("80", 2), 8000);
  assert.equal(unitsOf(" 80,5 ", 2), 8050);
  assert.equal(unitsOf("80.50", 2), 8050);
  assert.equal(unitsOf("10000", 0), 10000);
  assert.equal(unitsOf("5.250", 3), 5250);
  assert.equal(unitsOf("٨٠", 2), 8000);
  assert.equal(unitsOf("۸۰", 2), 8000);
});

test("what the server refuses is no amount", () => {
  for (const typed of ["", "x", "-5", "1e9", "1.2.3", "1234567890", "5."]) assert.equal(unitsOf(typed, 2), null, typed);
  assert.equal(unitsOf("1.5", 0), null);
  assert.equal(unitsOf("1.005", 2), null);
  assert.equal(unitsOf("1.500", 2), 150);
});

test("an amount is typed with the decimals of its currency", () => {
  assert.equal(typedAs(8000, 2, ","), "80,00");
  assert.equal(typedAs(5, 2, "."), "0.05");
  assert.equal(typedAs(10000, 0, "."), "10000");
  assert.equal(typedAs(5250, 3, "."), "5.250");
  assert.equal(typedAs(0, 2, "."), "");
});

test("digits move in from the right", () => {
  assert.equal(press(["8", "0", "00"], 2), 8000);
  assert.equal(press(["8", "0", "00", "back"], 2), 800);
  assert.equal(press(["00", "back"], 2), 0);
  assert.equal(pressed(99_999_999_999, "1", 2), 99_999_999_999, "no longer than the server reads");
});

test("cash is rounded to the smallest coin, half up, as the server does", () => {
  assert.equal(toCoin(7119, 5), 7120);
  assert.equal(toCoin(7112, 5), 7110);
  assert.equal(toCoin(25, 10), 30);
  assert.equal(toCoin(7119, 0), 7119);
});

test("the change of what is given", () => {
  const terms = { due: 6290, tip: 829, coin: 0 };
  assert.deepEqual(changeOf(terms, null, 8000), { given: 8000, change: 881 });
  assert.deepEqual(changeOf(terms, null, null), { given: 7119, change: 0 });
  assert.deepEqual(changeOf(terms, null, 7000), { given: 7000, change: -119 });
});

test("a part of the bill is paid, and a note as the part gives change", () => {
  const terms = { due: 4000, tip: 0, coin: 0 };
  assert.deepEqual(changeOf(terms, 1000, 2000), { given: 2000, change: 1000 });
  assert.deepEqual(changeOf(terms, 5000, null), { given: 5000, change: 1000 });
});
