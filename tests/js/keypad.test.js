// Tests of static/js/keypad.js.

import assert from "node:assert/strict";
import { test } from "node:test";
import { keyOf } from "../../static/js/keypad.js";

test("a digit of the keypad is a digit, with Num Lock on or off", () => {
  assert.equal(keyOf({ code: "Numpad7", key: "7" }), "7");
  assert.equal(keyOf({ code: "Numpad7", key: "Home" }), "7");
});

test("the other keys of the keypad stand for keys of the wall", () => {
  const keys = ["NumpadEnter", "NumpadDivide", "NumpadMultiply", "NumpadDecimal", "NumpadAdd", "NumpadSubtract"];
  const meanings = keys.map((code) => keyOf({ code, key: "?" }));
  assert.deepEqual(meanings, ["Enter", "r", "s", "u", "PageDown", "PageUp"]);
});

test("a letter is read in lower case", () => {
  assert.equal(keyOf({ code: "KeyF", key: "F" }), "f");
});

test("a named key keeps its name", () => {
  assert.equal(keyOf({ code: "ArrowRight", key: "ArrowRight" }), "ArrowRight");
  assert.equal(keyOf({ code: "Digit3", key: "3" }), "3");
});
