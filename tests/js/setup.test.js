// The forms of the set-up: what counts as not saved.

import assert from "node:assert/strict";
import { test } from "node:test";

import { chooseZone, isChanged, isUnsaved } from "../../static/js/setup.js";

const text = (value, defaultValue = "") => ({ localName: "input", type: "text", value, defaultValue });
const select = (selectedIndex, ...chosen) => ({
  localName: "select",
  type: "select-one",
  selectedIndex,
  options: [0, 1, 2].map((place) => ({ defaultSelected: chosen.includes(place) })),
});

test("a control is changed when it differs from what the server sent", () => {
  assert.ok(isChanged(text("7")));
  assert.ok(!isChanged(text("7", "7")));
  assert.ok(isChanged({ localName: "input", type: "checkbox", checked: true, defaultChecked: false }));
  assert.ok(isChanged(select(2, 1)));
  assert.ok(!isChanged(select(1, 1)));
  assert.ok(!isChanged(select(0)), "a browser chooses the first option by itself");
});

test("buttons and hidden fields are never changed by a person", () => {
  assert.ok(!isChanged({ localName: "button", type: "submit", value: "1", defaultValue: "" }));
  assert.ok(!isChanged({ localName: "input", type: "hidden", value: "1", defaultValue: "" }));
});

test("a form is unsaved after a change or a refusal", () => {
  assert.ok(isUnsaved({ dataset: {}, elements: [text("", ""), text("x", "")] }));
  assert.ok(isUnsaved({ dataset: { unsaved: "" }, elements: [] }));
  assert.ok(!isUnsaved({ dataset: {}, elements: [text("", "")] }));
});

test("the zone of the computer is chosen where the list has it, and is no change of a person", () => {
  const options = ["UTC", "Europe/Berlin"].map((value) => ({ value, defaultSelected: value === "UTC" }));
  const list = {
    localName: "select",
    type: "select-one",
    options,
    value: "UTC",
    get selectedIndex() {
      return options.findIndex((option) => option.value === this.value);
    },
  };
  chooseZone(list, "Mars/Olympus");
  assert.equal(list.value, "UTC");
  assert.ok(!isChanged(list));
  chooseZone(list, "Europe/Berlin");
  assert.equal(list.value, "Europe/Berlin");
  assert.ok(!isChanged(list));
});
