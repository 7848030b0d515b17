// The keys of the floor editor while the drawing has the focus. N and P go from item to item, arrows move what is selected.

import { ACTIONS, addSeats, nudge, turn } from "./editor-actions.js";
import { resize } from "./editor-sizes.js";
import { itemsOn } from "./plan-edits.js";
import { NOTHING, stepped, these, toggled } from "./plan-selection.js";
import { GRID } from "./plan-snap.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const step = (by, more) => (editor) => editor.select(stepped(editor.selection, editor.items(), by, more));
const edge = (by) => (editor) => editor.select(stepped(NOTHING, editor.items(), by));

const PLAIN = {
  n: step(1, false),
  p: step(-1, false),
  home: edge(1),
  end: edge(-1),
  " ": (editor) => editor.selection.at && editor.select(toggled(editor.selection, editor.selection.at)),
  escape: (editor) => editor.select(NOTHING),
  enter: () => document.querySelector("#editor-facts:not([hidden]) [data-fact]")?.focus(),
  delete: ACTIONS.remove,
  backspace: ACTIONS.remove,
  t: ACTIONS.table,
  w: ACTIONS.wall,
  d: ACTIONS.duplicate,
  r: (editor) => turn(editor, 15),
  "+": (editor) => addSeats(editor, 1),
  "-": (editor) => addSeats(editor, -1),
  "?": ACTIONS.keys,
};
const SHIFTED = {
  n: step(1, true),
  p: step(-1, true),
  r: (editor) => turn(editor, -15),
  "+": PLAIN["+"],
  "?": PLAIN["?"],
};
const CONTROL = {
  a: (editor) => editor.select(these(itemsOn(editor.plan, editor.floorId).map((item) => item.id))),
  d: ACTIONS.duplicate,
};
const EVERYWHERE = {
  z: (editor) => editor.undo(),
  y: (editor) => editor.redo(),
  "shift z": (editor) => editor.redo(),
  s: (editor) => editor.save(),
};

/** Return what a key press on the drawing does, or undefined. */
export function actionOf(event) {
  const arrow = ARROWS[event.key];
  const control = event.ctrlKey || event.metaKey;
  if (arrow && !event.altKey) {
    const by = event.shiftKey ? 1 : GRID;
    if (control) return (editor) => resize(editor, arrow[0] * GRID, arrow[1] * GRID);
    return (editor) => nudge(editor, arrow[0] * by, arrow[1] * by);
  }
  const key = event.key.toLowerCase();
  if (event.altKey) return undefined;
  if (control) return CONTROL[key];
  return (event.shiftKey ? SHIFTED : PLAIN)[key];
}

/** Return what a key press anywhere on the page does, or undefined. */
export function actionEverywhere(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return undefined;
  return EVERYWHERE[`${event.shiftKey ? "shift " : ""}${event.key.toLowerCase()}`];
}

/** Start to listen. */
export function startKeys(editor, svg) {
  const run = (event, action) => {
    if (!action) return;
    event.preventDefault();
    action(editor);
  };
  svg.addEventListener("keydown", (event) => run(event, actionOf(event)));
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, textarea, dialog[open]");
    const key = event.key.toLowerCase();
    if (!isTyping || key === "s") run(event, actionEverywhere(event));
  });
}
