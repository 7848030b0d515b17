import assert from "node:assert/strict";
import test from "node:test";
import { codesFor, find, fold, harmful, minor, notFor, readMenu } from "../../static/js/order-menu.js";

const answer = {
  version: 3,
  digits: 2,
  allergens: [
    ["nuts", "Nuts"],
    ["milk", "Milk"],
  ],
  categories: [
    [1, "Mains"],
    [2, "Drinks"],
  ],
  groups: [
    [
      7,
      "How cooked?",
      1,
      1,
      [
        [70, "Rare", "", 0],
        [71, "Medium", "0.50", 1],
      ],
    ],
  ],
  items: [
    [10, 1, "Steak Frites", "24.50", 2, [7], [1], [0], []],
    [11, 1, "Crème Brûlée", "8.00", 3, [], [1], [], [0]],
    [12, 2, "Frisée Fritters", "6.00", 1, [], [], [], []],
  ],
};

test("rows become objects", () => {
  const menu = readMenu(answer);
  const steak = menu.items.get(10);
  assert.equal(steak.price, 2450);
  assert.deepEqual([steak.contains, steak.mayContain], [["milk"], ["nuts"]]);
  assert.deepEqual(steak.groups[0].choices[1], { id: 71, name: "Medium", price: 50, preset: true });
  assert.deepEqual(
    menu.categories[0].items.map((item) => item.id),
    [10, 11],
  );
});

test("amounts are whole numbers of the smallest unit", () => {
  assert.deepEqual(
    [minor("12.50", 2), minor("171", 0), minor("1.250", 3), minor("-0.05", 2), minor("", 2), minor("3", 2)],
    [1250, 171, 1250, -5, 0, 300],
  );
});

test("any letters find a dish, the nearest first", () => {
  const menu = readMenu(answer);
  const names = (letters) => find(menu, letters).map((item) => item.name);
  assert.deepEqual(names("brul"), ["Crème Brûlée"]);
  assert.deepEqual(names("fri"), ["Frisée Fritters", "Steak Frites"]);
  assert.deepEqual(names("stfr"), ["Steak Frites"]);
  assert.deepEqual(names("frites steak"), ["Steak Frites"]);
  assert.deepEqual(names("xyz"), []);
  assert.deepEqual(names(" "), []);
});

test("accents and case do not matter", () => {
  assert.equal(fold("CRÈME Brûlée Œuf Weiß"), "creme brulee oeuf weiss");
});

test("a dish is not for the seats whose allergens it contains or may contain", () => {
  const steak = readMenu(answer).items.get(10);
  const allergies = { "": [], 2: ["nuts"], 3: ["gluten"] };
  assert.deepEqual(notFor(steak, allergies), ["2"]);
  assert.deepEqual(harmful(steak, ["gluten", "milk"]), ["milk"]);
  assert.deepEqual(codesFor({ "": ["milk"], 2: ["nuts"] }, 2), ["milk", "nuts"]);
  assert.deepEqual(codesFor({ "": ["milk"], 2: ["nuts"] }, 1), ["milk"]);
  assert.deepEqual(codesFor({ "": ["milk"], 2: ["nuts"] }, null).sort(), ["milk", "nuts"]);
});
