import assert from "node:assert/strict";
import test from "node:test";
import {
  again,
  byCourse,
  choose,
  countOf,
  missing,
  newKey,
  newLine,
  obstacle,
  priceOf,
  sameAgain,
  say,
  sumOf,
  toggled,
  unreadAgain,
  waiting,
} from "../../static/js/order-cart.js";

const cooked = { id: 7, name: "How cooked?", min: 1, max: 1, choices: [choice(70, "Rare"), choice(71, "Medium")] };
const side = { id: 8, name: "Side", min: 1, max: 1, choices: [choice(80, "Fries", 0, true), choice(81, "Salad", 150)] };
const sauce = {
  id: 9,
  name: "Sauce",
  min: 0,
  max: 2,
  choices: [choice(90, "Pepper", 250), choice(91, "Herb"), choice(92, "Blue")],
};

function choice(id, name, price = 0, preset = false) {
  return { id, name, price, preset };
}

function dish(id, price, groups = [], more = {}) {
  return { id, name: `Dish ${id}`, price, groups, course: 1, contains: [], mayContain: [], ...more };
}

const steak = dish(1, 2450, [cooked, side, sauce], { course: 2, contains: ["milk"] });
const beer = dish(2, 450);
const menu = { items: new Map([steak, beer].map((item) => [item.id, item])) };

test("a new line has the house's defaults and lacks what has none", () => {
  const line = newLine(steak, 3, 1, "k");
  assert.deepEqual(line.modifiers, [80]);
  assert.deepEqual(missing(line, steak), [cooked]);
});

test("a plain dish is counted up, a dish with a choice is a line of its own", () => {
  const one = newLine(beer, null);
  assert.equal(sameAgain([one], beer, null), one);
  assert.equal(sameAgain([one], beer, 2), null);
  assert.equal(sameAgain([{ ...one, note: "cold" }], beer, null), null);
  assert.equal(sameAgain([newLine(steak, null)], steak, null), null);
  assert.equal(sameAgain([], beer, null), null);
  const spiced = { ...beer, groups: [sauce] };
  const plain = newLine(spiced, null);
  assert.equal(sameAgain([plain], spiced, null), plain);
  assert.equal(sameAgain([{ ...plain, modifiers: [90] }], spiced, null), null);
});

test("a choice of one replaces, others toggle within their limit", () => {
  const line = newLine(steak, null);
  assert.deepEqual(choose(line, cooked, 70), [80, 70]);
  assert.deepEqual(choose({ ...line, modifiers: [80, 70] }, cooked, 71), [80, 71]);
  assert.deepEqual(choose({ ...line, modifiers: [90, 91] }, sauce, 92), [90, 91]);
  assert.deepEqual(choose({ ...line, modifiers: [90, 91] }, sauce, 90), [91]);
});

test("sums are exact", () => {
  const lines = [
    { ...newLine(steak, null, 2), modifiers: [81, 90] },
    newLine(beer, null, 3),
    { ...newLine(beer, null), item: 99 },
  ];
  assert.equal(priceOf(lines[0], steak), 5700);
  assert.equal(sumOf(lines, menu), 5700 + 1350);
  assert.equal(countOf(lines), 6);
});

test("courses come from the dish unless a line says otherwise", () => {
  const lines = [
    newLine(steak, null, 1, "a"),
    newLine(beer, null, 1, "b"),
    { ...newLine(beer, null, 1, "c"), course: 3 },
  ];
  assert.deepEqual(
    byCourse(lines, menu).map(([course, found]) => [course, found.map((line) => line.key)]),
    [
      [1, ["b"]],
      [2, ["a"]],
      [3, ["c"]],
    ],
  );
});

test("later courses wait where the house holds them, unless somebody says otherwise", () => {
  assert.deepEqual(waiting([1, 2, 3], {}, false), []);
  assert.deepEqual(waiting([1, 2, 3], {}, true), [2, 3]);
  assert.deepEqual(waiting([1, 2, 3], { 2: "fire" }, true), [3]);
  assert.deepEqual(waiting([1, 2], { 1: "hold" }, false), [1]);
});

test("Send names the first thing that is missing", () => {
  const good = { ...newLine(steak, 1), modifiers: [80, 70] };
  assert.equal(obstacle([newLine(beer, null), newLine(steak, null)], menu, {}).group, cooked);
  assert.deepEqual(obstacle([good], menu, { 1: ["milk"] }).codes, ["milk"]);
  assert.equal(obstacle([good], menu, { 2: ["milk"] }), null);
  assert.equal(obstacle([{ ...good, agreed: true }], menu, { 1: ["milk"] }), null);
});

test("a round is repeated with new keys and what the menu still offers", () => {
  const [copy] = again(
    [{ item: 1, quantity: 2, modifiers: [70, 999], note: "no salt", seat: 2, course: 2 }, { item: 77 }],
    menu,
  );
  assert.deepEqual([copy.quantity, copy.modifiers, copy.note, copy.seat], [2, [70], "no salt", 2]);
  assert.match(copy.key, /^[0-9a-f]{24}$/);
});

test("keys differ, and texts are filled in", () => {
  assert.notEqual(newKey(), newKey());
  assert.equal(say("{count} of {what}", { count: 2 }), "2 of {what}");
});

test("a repeated round keeps the allergies of its guests", () => {
  const round = [{ item: 1, quantity: 1, modifiers: [], allergies: ["nuts"] }];
  const menu = { items: new Map([[1, { id: 1, groups: [] }]]) };
  assert.deepEqual(again(round, menu)[0].allergies, ["nuts"]);
  assert.equal(again(round, menu)[0].agreed, false);
});

test("an agreed line must be read again when its guests declare another allergy that it has", () => {
  const dish = { id: 1, groups: [], contains: ["nuts", "milk"], mayContain: [] };
  const menu = { items: new Map([[1, dish]]) };
  const line = { item: 1, seat: 2, agreed: true };
  const before = { 2: ["nuts"] };
  assert.deepEqual(unreadAgain([line], menu, before, { 2: ["nuts", "milk"] }), [line]);
  assert.deepEqual(unreadAgain([line], menu, before, { 2: ["nuts"], 3: ["milk"] }), []);
  assert.deepEqual(unreadAgain([{ ...line, agreed: false }], menu, before, { 2: ["milk"] }), []);
});

test("a typed price replaces that of the dish and its choices, and is no part of another round unless the dish is open", () => {
  const typed = { name: "Wine", price: "12.50", price_reason: "corkage" };
  const open = dish(3, 0, [], { open: true, digits: 2 });
  const cola = { ...beer, digits: 2 };
  const both = { items: new Map([open, cola].map((item) => [item.id, item])) };
  const lines = [open, cola].map((item) => ({ ...newLine(item, null, 2), ...typed }));
  assert.equal(priceOf(lines[0], open), 2500);
  assert.equal(sameAgain([lines[1]], cola, null), null);
  assert.deepEqual(
    again(lines, both).map(({ name, price }) => [name, price]),
    [
      ["Wine", "12.50"],
      [undefined, undefined],
    ],
  );
});

test("a note of the house's list is added and taken out again", () => {
  assert.equal(toggled("quick", "No salt"), "quick; No salt");
  assert.equal(toggled("quick; No salt", "No salt"), "quick");
  assert.equal(toggled("", "No salt"), "No salt");
});
