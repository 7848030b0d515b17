// The floor editor: what it holds, and how a change reaches the drawing, the side and the voice.
//
// The plan is never changed in place. A change makes a new plan (plan-*.js, pure functions) and commits it to the history; while
// something is pulled, a preview is shown and nothing is committed. The other modules listen and draw.

import { draw } from "./editor-draw.js";
import { startKeys } from "./editor-keys.js";
import { showPanel, startPanel } from "./editor-panel.js";
import { startPointer } from "./editor-pointer.js";
import { save, startSaving, unsaved } from "./editor-save.js";
import { namesOf, spoken, text } from "./editor-words.js";
import { floorOf, isTable, itemsOn } from "./plan-edits.js";
import { begun, committed, redone, redoWords, undone, undoWords } from "./plan-history.js";
import { kept, NOTHING, only } from "./plan-selection.js";

const ROW = 60; // units; items that start within them stand in one row

const find = (id) => document.getElementById(id);
const rowOf = (item) => Math.round(item.y / ROW);

class Editor {
  constructor(plan, svg, url) {
    Object.assign(this, { base: plan, history: begun(plan), svg, url });
    Object.assign(this, { selection: NOTHING, floorId: plan.floors[0].id, several: false, snaps: true, saving: false });
    this.previewed = null;
    this.marks = {};
  }

  get plan() {
    return this.history.now;
  }

  get shown() {
    return this.previewed ?? this.plan;
  }

  floor = () => floorOf(this.shown, this.floorId) ?? this.shown.floors[0];

  /** Return the items of the floor in the order in which keys go through them: tables row by row, then fixtures. */
  items() {
    const order = (a, b) => isTable(b) - isTable(a) || rowOf(a) - rowOf(b) || a.x - b.x;
    return [...itemsOn(this.shown, this.floorId)].sort(order);
  }

  chosen(plan = this.plan) {
    return itemsOn(plan, this.floorId).filter((item) => this.selection.ids.has(item.id));
  }

  select(selection, { marquee = null, quiet = false } = {}) {
    this.selection = selection;
    this.marks = { marquee };
    this.render();
    if (quiet) return;
    const items = this.chosen();
    const at = items.find((item) => item.id === selection.at);
    const one = items.length === 1 && at ? spoken(at) : namesOf(items);
    this.say(items.length ? text("selected", { names: one }) : text("nothing"));
  }

  preview(plan, marks = {}) {
    this.previewed = plan;
    this.marks = marks;
    this.render();
  }

  keepPreview(words) {
    const plan = this.shown;
    this.previewed = null;
    this.commit(plan, words);
  }

  commit(plan, words, { selection = null, floorId = null, run = "" } = {}) {
    this.history = committed(this.history, plan, words, run);
    if (floorId) this.floorId = floorId;
    this.settle(words, selection);
  }

  undo() {
    const words = undoWords(this.history);
    this.history = undone(this.history);
    this.settle(words ? text("undone", { words }) : text("nothing_to_undo"));
  }

  redo() {
    const words = redoWords(this.history);
    this.history = redone(this.history);
    this.settle(words ? text("redone", { words }) : text("nothing_to_redo"));
  }

  /** Show a plan that is now the right one, with a selection that fits it. */
  settle(words, selection = null) {
    this.previewed = null;
    this.marks = {};
    if (!floorOf(this.plan, this.floorId)) this.floorId = this.plan.floors[0].id;
    this.selection = kept(selection ?? this.selection, itemsOn(this.plan, this.floorId));
    this.showProblem("");
    this.say(words);
    this.render();
  }

  openFloor(id) {
    this.floorId = id;
    this.settle(this.floor().name, NOTHING);
  }

  goTo(table) {
    if (!table?.floor) return;
    this.floorId = table.floor;
    this.selection = only(table.id);
    this.render();
  }

  save = () => save(this);

  wasSaved(base, plan) {
    this.base = base;
    this.history = { ...this.history, now: plan };
    this.settle(text("saved"));
  }

  join(base, plan) {
    this.base = base;
    this.commit(plan, text("joined"));
  }

  say(words) {
    find("editor-said").textContent = words;
  }

  showProblem(words) {
    const told = find("editor-problem");
    told.hidden = !words;
    told.querySelector("p").textContent = words;
    if (words) this.render(); // the state of saving
  }

  render() {
    const facts = { floor: this.floor(), items: itemsOn(this.shown, this.floorId), selection: this.selection };
    const { clashes } = draw(this.svg, { ...facts, ...this.marks });
    if (this.previewed) return;
    showPanel(this);
    const count = unsaved(this);
    const state = count ? text("unsaved", { count }) : text("all_saved");
    find("editor-state").textContent = this.saving ? text("saving") : state;
    find("editor-save").disabled = !count || this.saving;
    for (const [id, past] of [
      ["editor-undo", this.history.past],
      ["editor-redo", this.history.future],
    ]) {
      find(id).disabled = !past.length;
    }
    const told = find("editor-clash");
    told.textContent = clashes.length ? text("clash", { names: clashes.join(", ") }) : "";
  }
}

function start() {
  const svg = find("plan");
  const plan = JSON.parse(find("floor-plan").textContent);
  const editor = new Editor(plan, svg, svg.dataset.url);
  startPointer(editor, svg);
  startKeys(editor, svg);
  startPanel(editor);
  startSaving(editor);
  new ResizeObserver(() => editor.render()).observe(svg);
  editor.render();
}

start();
