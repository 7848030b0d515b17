// What buttons and keys of the editor do. Each action takes the editor; it commits a new plan with the words that say what was
// done. The words are spoken, and undo repeats them.

import { nameOf, namesOf, text } from "./editor-words.js";
import {
  changed,
  commonWord,
  duplicated,
  isTable,
  itemsOn,
  KINDS,
  moved,
  placed,
  removed,
  taken,
  withFixture,
  withTables,
} from "./plan-edits.js";
import { withFloor, withoutFloor } from "./plan-floors.js";
import { aligned, distributed } from "./plan-geometry.js";
import { NOTHING, these } from "./plan-selection.js";
import { stepZoom } from "./room.js";

const EDGES = ["left", "center", "right", "top", "middle", "bottom"];

/** Commit a change of the selected items, unless nothing is selected. */
function act(editor, change, words, run = "") {
  const items = editor.chosen();
  if (!items.length) return editor.say(text("select_first"));
  return editor.commit(change(items), text(words, { names: namesOf(items) }), { run });
}

/** Move what is selected. */
export function nudge(editor, dx, dy) {
  const { ids } = editor.selection;
  const plan = moved(editor.plan, editor.floorId, ids, dx, dy);
  if (plan === editor.plan) return editor.say(text(ids.size ? "edge" : "select_first"));
  const [first] = itemsOn(plan, editor.floorId).filter((item) => ids.has(item.id));
  const words = text("moved", { names: namesOf(editor.chosen()), x: first.x, y: first.y });
  return editor.commit(plan, words, { run: "nudge" });
}

/** Turn what is selected. */
export function turn(editor, degrees) {
  const turned = (item) => ({ rotation: (item.rotation + degrees + 360) % 360 });
  const plan = changed(editor.plan, editor.selection.ids, turned);
  const [first] = editor.chosen(plan);
  if (!first) return editor.say(text("select_first"));
  const words = text("rotated", { names: namesOf(editor.chosen()), degrees: first.rotation });
  return editor.commit(plan, words, { run: "turn" });
}

/** Change the seats of the selected tables. */
export function addSeats(editor, by) {
  const seats = (item) => (isTable(item) ? { seats: Math.max(1, Math.min(100, item.seats + by)) } : {});
  const plan = changed(editor.plan, editor.selection.ids, seats);
  const [first] = editor.chosen(plan).filter(isTable);
  if (!first) return editor.say(text("select_first"));
  const words = text("seats_now", { names: namesOf(editor.chosen()), count: first.seats });
  return editor.commit(plan, words, { run: "seats" });
}

/** Add tables in free places. */
export function addTables(editor, wish) {
  const { plan, ids, left } = withTables(editor.plan, editor.floorId, wish);
  const words = text(wish.count === 1 ? "added_one" : "added", { count: wish.count, name: plan.tables.at(-1).name });
  editor.commit(plan, left ? `${words} ${text("no_room", { count: left })}` : words, { selection: these(ids) });
}

function align(editor, edge) {
  if (editor.chosen().length < 2) return editor.say(text("select_two"));
  return act(editor, (items) => placed(editor.plan, editor.floorId, aligned(items, edge)), "aligned");
}

function distribute(editor, axis) {
  if (editor.chosen().length < 3) return editor.say(text("select_three"));
  return act(editor, (items) => placed(editor.plan, editor.floorId, distributed(items, axis)), "distributed");
}

function addFixture(editor, kind) {
  const { plan, id } = withFixture(editor.plan, editor.floorId, kind, kind === "text" ? text("text") : "");
  editor.commit(plan, text("fixture_added", { name: text(kind) }), { selection: these([id]) });
}

function duplicate(editor) {
  const { plan, ids } = duplicated(editor.plan, editor.floorId, editor.selection.ids, text("word"));
  if (!ids.length) return editor.say(text("select_first"));
  const words = text("duplicated", { names: namesOf(editor.chosen()) });
  return editor.commit(plan, words, { selection: these(ids) });
}

function remove(editor) {
  return act(editor, () => removed(editor.plan, editor.selection.ids), "removed");
}

function toTray(editor) {
  const ids = new Set(
    editor
      .chosen()
      .filter(isTable)
      .map((table) => table.id),
  );
  return act(editor, () => taken(editor.plan, ids, null), "in_tray");
}

function addFloor(editor) {
  const { plan, id } = withFloor(editor.plan, text("floor"));
  editor.commit(plan, text("floor_added", { name: plan.floors.at(-1).name }), { selection: NOTHING, floorId: id });
}

function removeFloor(editor) {
  if (editor.plan.floors.length < 2) return editor.say(text("last_floor"));
  const words = text("floor_removed", { name: nameOf(editor.floor()) });
  return editor.commit(withoutFloor(editor.plan, editor.floorId), words, { selection: NOTHING });
}

/** Show the plan larger or smaller; css/pages/floor-editor-plan.css has a rule for each zoom. */
function zoom(editor, by) {
  const next = stepZoom(editor.svg.dataset.zoom, by);
  if (next > 100) editor.svg.dataset.zoom = next;
  else delete editor.svg.dataset.zoom;
}

export const ACTIONS = {
  table: (editor) => addTables(editor, { count: 1, first: 1, word: commonWord(editor.plan, text("word")) }),
  ...Object.fromEntries(KINDS.map((kind) => [kind, (editor) => addFixture(editor, kind)])),
  ...Object.fromEntries(EDGES.map((edge) => [`align-${edge}`, (editor) => align(editor, edge)])),
  "spread-across": (editor) => distribute(editor, "x"),
  "spread-down": (editor) => distribute(editor, "y"),
  "turn-right": (editor) => turn(editor, 15),
  "turn-left": (editor) => turn(editor, -15),
  duplicate,
  remove,
  "to-tray": toTray,
  "add-floor": addFloor,
  "remove-floor": removeFloor,
  undo: (editor) => editor.undo(),
  redo: (editor) => editor.redo(),
  save: (editor) => editor.save(),
  several(editor, button) {
    editor.several = !editor.several;
    button.setAttribute("aria-pressed", String(editor.several));
  },
  snap(editor, button) {
    editor.snaps = !editor.snaps;
    button.setAttribute("aria-pressed", String(editor.snaps));
  },
  "zoom-in": (editor) => zoom(editor, 1),
  "zoom-out": (editor) => zoom(editor, -1),
  keys: () => document.getElementById("keys")?.showModal(),
};
