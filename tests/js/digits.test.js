// Tests of static/js/digits.js: what a key of a keypad does to a text.

import assert from "node:assert/strict";
import { test } from "node:test";
import { pressed } from "../../static/js/digits.js";

test("a digit is added at the end", () => assert.equal(pressed("4", "2"), "42"));
test("back takes the last digit away", () => assert.equal(pressed("42", "back"), "4"));
test("back on nothing is nothing", () => assert.equal(pressed("", "back"), ""));
test("clear takes everything away", () => assert.equal(pressed("42", "clear"), ""));
test("a text that is full stays as it is", () => assert.equal(pressed("1234", "5", 4), "1234"));
