// The bars of the timeline: pulled by a mouse or pen, by a finger that rests on them first, or moved by arrow keys and Enter.
// The server decides: its answer draws the day again, also after a refusal, so that a bar is always where the booking is.

import "./notices.js";
import "./timeline-scroll.js";
import { pulledTo, stepped, tablesAfter } from "./timeline-moves.js";
import { word } from "./words.js";

const SLACK = 5; // pixels that a press may move and is still a press
const EDGE = 24; // pixels
const REST = 350; // milliseconds that a finger rests on a bar before it pulls; a faster one scrolls
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const MINUTE = 60_000;

let pulledAt = -Infinity; // when a bar was let go: the click that follows does not open the booking
let held = null; // the bar that is pressed or moved by keys: { bar, svg, from, at, pulled, pointer, … }

const barOf = (target) => target.closest?.("[data-move]");

/** Return what is held of a bar, with its place in the drawing. */
function hold(bar) {
  const svg = bar.closest("[data-first]");
  const rows = [...svg.querySelectorAll("[data-row]")];
  const minutes = (new Date(bar.dataset.starts) - new Date(svg.dataset.first)) / MINUTE;
  const from = { minutes, line: rows.findIndex((row) => row.dataset.row === bar.dataset.at) };
  const [hour, slot] = svg.dataset.grid.split(" ").map(Number);
  const grid = { hour, slot, tops: rows.map((row) => Number(row.getAttribute("y"))) };
  return { bar, svg, rows, from, at: from, grid, pulled: false };
}

const timeAt = ({ svg, at }) => new Date(Number(new Date(svg.dataset.first)) + at.minutes * MINUTE);

function clockAt(moved) {
  const timeZone = document.documentElement.dataset.timezone;
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone }).format(timeAt(moved));
}

function say(text) {
  document.getElementById("timeline-said").textContent = text;
}

/** Draw the held bar at its present place and say where that is. */
function show() {
  const { bar, rows, from, at, grid } = held;
  const across = ((at.minutes - from.minutes) * grid.hour) / 60;
  bar.setAttribute("transform", `translate(${across} ${grid.tops[at.line] - grid.tops[from.line]})`);
  bar.classList.add("host__pulled");
  const values = { time: clockAt(held), table: rows[at.line].firstElementChild.textContent, name: bar.dataset.name };
  const note = bar.querySelector(".host__note");
  held.note ??= note.textContent;
  note.textContent = `${values.time} · ${values.table}`;
  say(word("{name}: {time}, {table}. Press Enter to move, Escape to cancel.", values));
}

/** Put the bar back where the booking is. */
function letGo() {
  if (!held) return;
  const { bar, note, timer } = held;
  clearTimeout(timer);
  held = null;
  bar.removeAttribute("transform");
  bar.classList.remove("host__pulled");
  if (note !== undefined) bar.querySelector(".host__note").textContent = note;
  say("");
}

/** Ask the server to move the booking to the place of its bar. */
function drop() {
  const moved = held;
  const { bar, rows, from, at } = moved;
  const tables = tablesAfter(bar.dataset.tables.split(","), bar.dataset.at, rows[at.line].dataset.row);
  if (!tables || (at.minutes === from.minutes && at.line === from.line)) {
    letGo();
    return;
  }
  const form = document.getElementById("move");
  form.elements.starts.value = timeAt(moved).toISOString();
  form.elements.tables.value = tables.join(",");
  form.elements.version.value = bar.dataset.version;
  held = { ...moved, sent: true };
  const url = bar.dataset.move;
  const back = () => {
    if (held?.sent) letGo(); // nothing was drawn: the bar returns
    document.querySelector(`[data-move="${url}"]`)?.focus({ preventScroll: true });
  };
  window.htmx.ajax("POST", url, { source: form, target: "#day", swap: "outerHTML" }).then(back, back);
}

// --- pointer ---

function pointOf(event, svg) {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return { x: at.x, y: at.y };
}

function press(event) {
  const bar = barOf(event.target);
  if (!bar || event.button !== 0 || held?.sent) return;
  letGo();
  const touch = event.pointerType === "touch";
  held = { ...hold(bar), pointer: event.pointerId, pressed: [event.clientX, event.clientY], ready: !touch };
  held.point = pointOf(event, held.svg);
  if (touch) held.timer = setTimeout(lift, REST);
}

function lift() {
  held.ready = true;
  begin();
}

function begin() {
  held.pulled = true;
  held.svg.setPointerCapture(held.pointer);
  show();
}

function pull(event) {
  if (!held || held.sent || event.pointerId !== held.pointer) return;
  const [x, y] = held.pressed;
  const far = Math.hypot(event.clientX - x, event.clientY - y) >= SLACK;
  if (!held.pulled && far && !held.ready) letGo(); // a finger that scrolls
  if (!held || (!held.pulled && !far)) return;
  if (!held.pulled) begin();
  scroll(event);
  const point = pointOf(event, held.svg);
  held.at = pulledTo(held.from, point.x - held.point.x, point.y - held.point.y, held.grid);
  show();
}

/** Scroll the drawing when a bar is pulled to its left or right edge. */
function scroll({ clientX }) {
  const frame = held.svg.parentElement;
  const { left, right } = frame.getBoundingClientRect();
  if (clientX < left + EDGE) frame.scrollBy(-EDGE, 0);
  else if (clientX > right - EDGE) frame.scrollBy(EDGE, 0);
}

function release(event) {
  if (!held || held.sent || event.pointerId !== held.pointer) return;
  if (event.type === "pointercancel" || !held.pulled) {
    letGo();
    return;
  }
  pulledAt = performance.now();
  drop();
}

document.addEventListener("pointerdown", press);
document.addEventListener("pointermove", pull);
document.addEventListener("pointerup", release);
document.addEventListener("pointercancel", release);
document.addEventListener("click", (event) => {
  if (performance.now() - pulledAt < 300 && event.target.closest("[data-first]")) event.preventDefault();
});
document.addEventListener("dragstart", (event) => barOf(event.target) && event.preventDefault());
document.addEventListener("contextmenu", (event) => held?.timer && barOf(event.target) && event.preventDefault());
document.addEventListener("touchmove", (event) => held?.pulled && event.preventDefault(), { passive: false });

// --- keys ---

document.addEventListener("keydown", (event) => {
  if (held?.sent || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "Escape") letGo();
  const bar = barOf(event.target);
  if (!bar) return;
  if (event.key === "Enter" && held?.bar === bar && held.at !== held.from) {
    event.preventDefault();
    drop();
  } else if (ARROWS[event.key]) {
    event.preventDefault();
    if (held?.bar !== bar) {
      letGo();
      held = hold(bar);
    }
    held.at = stepped(held.at, ARROWS[event.key], held.grid);
    show();
    bar.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
});
document.addEventListener("focusout", (event) => {
  if (held && !held.sent && !held.pulled && held.pointer === undefined && event.target === held.bar) letGo();
});

// --- the part that is loaded again every 20 seconds must not take the bar away ---

const isRefresh = ({ detail }) => detail.requestConfig?.verb === "get" && detail.target?.id === "day";

document.addEventListener("htmx:beforeRequest", (event) => held && isRefresh(event) && event.preventDefault());
document.addEventListener("htmx:beforeSwap", (event) => {
  if (held && !held.sent && isRefresh(event)) event.detail.shouldSwap = false;
  else if (event.detail.shouldSwap && event.detail.target.id === "day") held = null;
});
