// The part of the floor that differs from person to person: tabs for the person's own tables and for sections, the part of the
// room that the plan shows, list or plan on a phone, and zoom. The choices are remembered on this device. Pushes are the same for everybody, so they are
// filtered again after each one. Without this file the tabs are links that the server filters by.

import { serverNow } from "./clock.js";
import { startRings } from "./rings.js";
import { boxAround, isIn, isShown, leastWidth, showsRoom, stepZoom } from "./room.js";

const FINGERS = "(max-width: 640px), (pointer: coarse)";
const SOON_MS = 2_000; // screens that look again at the same moment spread over this time

const page = document.getElementById("floor-page");
const me = document.documentElement.dataset.me;

function read(name) {
  try {
    return localStorage.getItem(`floor-${name}`);
  } catch {
    return null; // storage is switched off
  }
}

function remember(name, value) {
  try {
    localStorage.setItem(`floor-${name}`, value);
  } catch {
    // The choice holds until the page is left.
  }
}

const tabs = () => [...document.querySelectorAll("#floor-tabs [data-tab]")];
const tables = () => [...document.querySelectorAll("#tables > .tbl")];
const needs = () => [...document.querySelectorAll("#needs > .need")];

function firstTab() {
  const wanted = new URLSearchParams(location.search).get("tab") ?? read("tab");
  const known = tabs().find((tab) => tab.dataset.tab === wanted) ?? tabs().find((tab) => tab.ariaCurrent);
  return known?.dataset.tab ?? "all";
}

let tab = page ? firstTab() : "all";

const nameOf = (table) =>
  table
    .querySelector("a")
    .getAttribute("aria-label")
    .split(",")[0]
    .replace(/^Table /, "");

function filter() {
  for (const table of tables()) {
    table.toggleAttribute("data-mine", Boolean(me) && table.dataset.server === me);
    table.toggleAttribute("data-outside", !isShown(tab, table, me));
  }
  for (const need of needs()) {
    const table = document.getElementById(need.id.replace("need", "table"));
    need.toggleAttribute("data-outside", Boolean(table) && "outside" in table.dataset);
  }
  for (const each of tabs()) {
    if (each.dataset.tab === tab) each.setAttribute("aria-current", "true");
    else each.removeAttribute("aria-current");
    const count = tables().filter((table) => isIn(each.dataset.tab, table, me)).length;
    each.querySelector(".tabs__count").textContent = count;
    if (each.dataset.tab === "mine") document.getElementById("floor-none").hidden = tab !== "mine" || count > 0;
  }
}

function count() {
  const shown = tables().filter((table) => !("outside" in table.dataset));
  const calm = shown.filter((table) => !("needs" in table.dataset));
  const told = document.getElementById("floor-count");
  told.textContent = told.dataset.words.replace("{count}", shown.length - calm.length).replace("{all}", shown.length);
  const fine = document.getElementById("floor-fine");
  const words = calm.length === 1 ? fine.dataset.one : fine.dataset.many;
  fine.hidden = !calm.length;
  fine.querySelector("[data-fine-count]").textContent = words.replace("{count}", calm.length);
  fine.querySelector("[data-fine-names]").textContent = calm.map(nameOf).join(", ");
}

const rooms = () => [...document.querySelectorAll("#room > [data-room]")].filter((room) => showsRoom(tab, room));

/** Return the box of a table, or of a floor, which is shifted as a whole. */
function boxOf(drawn) {
  const { x, y, width, height } = drawn.getBBox();
  const shift = drawn.transform.baseVal.consolidate()?.matrix;
  return { x: x + (shift?.e ?? 0), y: y + (shift?.f ?? 0), width, height };
}

/** Return the smaller side of a table's shape. */
function sideOf(table) {
  const { width, height } = table.querySelector("ellipse, rect:not(.tbl__ring)").getBBox();
  return Math.min(width, height);
}

/** Show the part of the room that holds the tables of the tab, and of a floor all of it. Fingers get a plan that scrolls. */
function fit() {
  const room = document.getElementById("room");
  const zoom = Number(read("zoom")) || 100;
  if (zoom > 100) room.dataset.zoom = zoom;
  else room.removeAttribute("data-zoom");
  if (!room.checkVisibility()) return;
  const shown = tables().filter((table) => !("outside" in table.dataset));
  const boxes = [...shown, ...rooms()].map(boxOf);
  if (boxes.length) room.setAttribute("viewBox", boxAround(boxes));
  const least = matchMedia(FINGERS).matches ? leastWidth(room.viewBox.baseVal.width, shown.map(sideOf)) : 0;
  page.style.setProperty("--least", `${least}px`); // not on the plan, because a push replaces it
  room.toggleAttribute("data-least", least > room.parentElement.clientWidth);
}

const opened = new Set(); // ids of the groups of alarms that a person has opened; a push replaces them

function noteOpened({ target }) {
  if (!target.matches?.(".floor__group")) return;
  if (target.open) opened.add(target.id);
  else opened.delete(target.id);
}

function keepOpened() {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
}

let timer = null;

/** Fetch the floor again when the clock alone makes a table need somebody, e.g. when a table becomes late. */
function lookAgain() {
  clearTimeout(timer);
  const at = document.getElementById("floor-fine").dataset.lookAgain;
  if (!at) return;
  const wait = Math.max(1_000, Date.parse(at) - serverNow()) + Math.random() * SOON_MS;
  timer = setTimeout(() => document.dispatchEvent(new CustomEvent("bistro:look")), Math.min(wait, 3_600_000));
}

function show() {
  filter();
  count();
  fit();
  keepOpened();
  lookAgain();
}

function choose(wanted) {
  tab = wanted;
  remember("tab", tab);
  show();
  revealTab();
}

/** Scroll the row of tabs to the chosen one. */
function revealTab() {
  tabs()
    .find((each) => each.ariaCurrent)
    ?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Show the list or the plan, which take turns on a phone. */
function showView(view) {
  page.dataset.view = view;
  document.querySelector("[data-view-switch]").setAttribute("aria-pressed", view === "plan");
  fit();
}

function chooseView(view) {
  remember("view", view);
  showView(view);
}

document.addEventListener("click", (event) => {
  const pressed = event.target.closest?.("[data-tab], [data-show-all], [data-zoom-by], [data-view-switch]");
  if (!pressed) return;
  event.preventDefault();
  if (pressed.dataset.tab) choose(pressed.dataset.tab);
  else if ("showAll" in pressed.dataset) {
    chooseView("plan");
    choose("all");
  } else if (pressed.dataset.zoomBy) {
    remember("zoom", stepZoom(read("zoom"), Number(pressed.dataset.zoomBy)));
    fit();
  } else chooseView(page.dataset.view === "plan" ? "list" : "plan");
});

if (page) {
  page.dataset.scripted = "";
  document.addEventListener("bistro:swapped", show);
  document.addEventListener("toggle", noteOpened, true); // it does not bubble
  addEventListener("resize", fit);
  show();
  showView(read("view") === "plan" ? "plan" : "list");
  revealTab();
  startRings(); // after the filter, because only the calls of the tab ring
}
