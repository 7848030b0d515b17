// The side of the floor editor: facts of what is selected, of the floor, the tray, a run of tables, tabs of the floors.

import { ACTIONS, addTables } from "./editor-actions.js";
import { namesOf, text } from "./editor-words.js";
import { commonWord, described, isTable, tablesOn, taken, trayOf } from "./plan-edits.js";
import { withFloorFacts } from "./plan-floors.js";
import { NOTHING, only } from "./plan-selection.js";

const NUMBERS = new Set(["seats", "x", "y", "width", "height", "rotation"]);
const find = (id) => document.getElementById(id);

/** Return the value that all items share, or "". */
function shared(items, name) {
  const values = new Set(items.filter((item) => name in item).map((item) => item[name]));
  return values.size === 1 ? [...values][0] : "";
}

/** Return what a field says, or null if it cannot be used. */
export function typedValue(name, typed, { min, max } = {}) {
  if (!NUMBERS.has(name)) return typed.trim().slice(0, 60) || null;
  const number = Number(typed);
  if (typed === "" || !Number.isInteger(number)) return null;
  return Math.max(Number(min ?? -360), Math.min(Number(max ?? 5000), number));
}

function changeFact(editor, field) {
  const name = field.dataset.fact;
  const typed = typedValue(name, field.value, field);
  const items = editor.chosen();
  const isText = name === "text";
  if ((typed === null && !isText) || !items.length) return editor.render();
  if (name === "floor") return moveToFloor(editor, items, field.value);
  const facts = { [name]: isText ? field.value.trim().slice(0, 60) : typed };
  if (name === "rotation") facts.rotation = ((typed % 360) + 360) % 360;
  let plan = described(editor.plan, editor.selection.ids, facts);
  if (name === "section" && !plan.sections.includes(typed)) plan = { ...plan, sections: [...plan.sections, typed] };
  return editor.commit(plan, text("changed", { names: namesOf(items) }));
}

function moveToFloor(editor, items, floorId) {
  const tables = items.filter(isTable);
  const plan = taken(editor.plan, new Set(tables.map((table) => table.id)), floorId);
  editor.commit(plan, text("changed", { names: namesOf(tables) }), { selection: NOTHING });
}

function changeFloor(editor, field) {
  const name = field.dataset.floorFact;
  const value = typedValue(name, field.value, field);
  if (value === null) return editor.render();
  const plan = withFloorFacts(editor.plan, editor.floorId, { [name]: value });
  return editor.commit(plan, text("changed", { names: plan.floors.find((one) => one.id === editor.floorId).name }));
}

function addRun(editor, form) {
  const { count, first, word, seats } = Object.fromEntries(new FormData(form));
  addTables(editor, {
    count: Number(count),
    first: Number(first),
    word: word.trim() || text("word"),
    seats: Number(seats),
  });
}

function placeFromTray(editor, id) {
  const plan = taken(editor.plan, new Set([id]), editor.floorId);
  const table = plan.tables.find((each) => each.id === id);
  const words = text("placed", { names: table.name, x: table.x, y: table.y });
  editor.commit(plan, words, { selection: only(id) });
}

function option(value, words) {
  const made = document.createElement("option");
  made.value = value;
  made.textContent = words;
  return made;
}

function showFacts(editor, items) {
  const tables = items.filter(isTable);
  find("editor-facts").hidden = !items.length;
  find("editor-floor").hidden = Boolean(items.length);
  find("editor-chosen").textContent = items.length ? namesOf(items) : "";
  for (const field of document.querySelectorAll("[data-fact]")) {
    const name = field.dataset.fact;
    const isOfTables = ["name", "seats", "shape", "section", "floor"].includes(name);
    const isOfOne = ["name", "x", "y", "text"].includes(name);
    const shown = name === "text" ? !tables.length : !isOfTables || tables.length === items.length;
    field.closest(".field").hidden = !shown || (isOfOne && items.length > 1);
    if (name === "floor") field.replaceChildren(...editor.plan.floors.map((floor) => option(floor.id, floor.name)));
    if (field !== document.activeElement || field.tagName === "SELECT") field.value = shared(items, name);
  }
  for (const part of document.querySelectorAll("[data-at-least]")) {
    part.hidden = items.length < Number(part.dataset.atLeast);
  }
}

function showFloor(editor) {
  const floor = editor.floor();
  for (const field of document.querySelectorAll("[data-floor-fact]")) {
    if (field !== document.activeElement) field.value = floor[field.dataset.floorFact];
  }
  find("editor-remove-floor").hidden = editor.plan.floors.length < 2;
  find("editor-sections").replaceChildren(...editor.plan.sections.map((name) => option(name, name)));
  const word = find("editor-run").elements.word;
  if (!word.value) word.value = commonWord(editor.plan, text("word"));
}

function showTray(editor) {
  const tables = trayOf(editor.plan);
  find("editor-tray").hidden = !tables.length;
  const buttons = tables.map((table) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button", textContent: table.name });
    button.dataset.fromTray = table.id;
    return button;
  });
  find("editor-tray-tables").replaceChildren(...buttons);
}

function showTabs(editor) {
  const tabs = editor.plan.floors.map((floor) => {
    const tab = document.createElement("button");
    const count = document.createElement("span");
    Object.assign(count, { className: "tabs__count", textContent: tablesOn(editor.plan, floor.id).length });
    Object.assign(tab, { type: "button", className: "tabs__tab" });
    tab.dataset.floorTab = floor.id;
    if (floor.id === editor.floorId) tab.setAttribute("aria-current", "true");
    tab.append(floor.name, " ", count);
    return tab;
  });
  const held = document.activeElement?.dataset?.floorTab;
  find("editor-tabs").replaceChildren(...tabs);
  if (held) find("editor-tabs").querySelector(`[data-floor-tab="${held}"]`)?.focus();
}

/** Show the present state. */
export function showPanel(editor) {
  showFacts(editor, editor.chosen());
  showFloor(editor);
  showTray(editor);
  showTabs(editor);
}

/** Start to listen. */
export function startPanel(editor) {
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest?.("[data-do], [data-from-tray], [data-floor-tab]");
    if (!pressed) return;
    const { do: action, fromTray, floorTab } = pressed.dataset;
    if (action) ACTIONS[action]?.(editor, pressed);
    else if (fromTray) placeFromTray(editor, fromTray);
    else editor.openFloor(floorTab);
  });
  document.addEventListener("change", ({ target }) => {
    if (target.dataset?.fact) changeFact(editor, target);
    else if (target.dataset?.floorFact) changeFloor(editor, target);
  });
  find("editor-run").addEventListener("submit", (event) => {
    event.preventDefault();
    addRun(editor, event.target);
  });
}
