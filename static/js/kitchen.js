// The kitchen wall by keyboard, bump bar and touch. Choosing is focus: the chosen ticket is the one whose button has it, so
// Enter is the browser's own click on a real button, and everything works by touch and without this file too.

import { dealOut, startColumns } from "./columns.js";
import { keyOf } from "./keypad.js";
import { startLeaving } from "./leaving.js";
import "./notices.js";
import {
  allTickets,
  arrange,
  isPaged,
  pageElsewhere,
  show,
  startPages,
  steadyFor,
  ticketsHere,
  turnBy,
  turnTo,
  turnToEnd,
} from "./pages.js";
import { openPanel, panelKey, startPanel } from "./panel.js";
import { openScreen, resizeText, startScreen, toggleLayout, toggleWholeScreen } from "./screen.js";
import { soundWord, startSounds, testSounds, toggleSound } from "./sound.js";

const TYPING_MS = 800;
const STEADY_MS = 300; // a touch so soon after the board moved may have meant another ticket
const NEWS_MS = 4000;

const act = (name) => document.querySelector(`[data-act="${name}"]`);
const mainButton = (ticket) => ticket.querySelector("[data-main]");

// The last chosen ticket, where it stood should it leave, and whether it is to stay chosen when its button is swapped out.
let chosen = { id: null, index: 0, held: false };
let typed = { digits: "", at: 0 };

function chosenTicket() {
  return document.activeElement?.closest?.(".ticket:not([data-leaving])") ?? null;
}

function choose(ticket) {
  if (!ticket) return;
  mainButton(ticket)?.focus({ preventScroll: true });
  show(ticket);
}

function remember({ target }) {
  const ticket = chosenTicket();
  if (!ticket) {
    chosen.held = false;
    return;
  }
  chosen = { id: ticket.id, index: allTickets().indexOf(ticket), held: true };
  if (target.matches(":focus-visible")) show(ticket);
}

function letGo() {
  chosen.held = false;
  document.activeElement?.blur?.();
}

/** To the ticket before or after. After the chosen one has left, the first step goes to the one that took its place. */
function step(by) {
  const all = allTickets().filter((ticket) => !("leaving" in ticket.dataset));
  if (!all.length) return;
  const here = all.indexOf(chosenTicket());
  let next = here + by;
  if (here < 0) next = by > 0 ? chosen.index : chosen.index - 1;
  choose(all[Math.min(Math.max(next, 0), all.length - 1)]);
}

/** Through the lines of the chosen ticket; past the last line stands the whole ticket again. */
function stepLine(by) {
  const ticket = chosenTicket();
  if (!ticket) {
    choose(ticketsHere()[0]);
    return;
  }
  const stops = [mainButton(ticket), ...ticket.querySelectorAll("button.line-row")];
  const here = stops.indexOf(document.activeElement);
  stops[(Math.max(here, 0) + by + stops.length) % stops.length].focus({ preventScroll: true });
  show(ticket);
}

/** 1…9 and 0 for ten; 1 and 2 soon after each other are twelve, where there are so many. */
function takeDigit(digit) {
  const here = ticketsHere();
  const now = Date.now();
  const digits = now - typed.at < TYPING_MS ? typed.digits + digit : digit;
  const both = here[Number(digits) - 1];
  typed = { digits: both ? digits : digit, at: now };
  choose(both ?? here[(Number(digit) || 10) - 1]);
}

/** Enter where nothing is chosen would do nothing: it chooses the oldest. */
function enter(event) {
  if (chosenTicket() || event.target.closest("a, button")) return false;
  choose(ticketsHere().find((ticket) => !("leaving" in ticket.dataset)));
  return true;
}

// --- acts ---

/** The address of an act; null on the pass, whose orders have none of these. */
function addressOf(ticket, what) {
  const href = ticket.querySelector('[data-act="more"]')?.getAttribute("href");
  return href ? `${href}${what}` : null;
}

function post(ticket, what) {
  const url = addressOf(ticket, what);
  if (url) window.htmx.ajax("POST", url, { source: ticket, target: "body", swap: "none" });
}

function open(ticket, what) {
  const url = addressOf(ticket, what);
  if (url) openPanel(url);
}

function withTicket(run) {
  const ticket = chosenTicket();
  if (ticket && !("alert" in ticket.dataset || "cancelled" in ticket.dataset)) run(ticket);
  else if (ticket) tell("changed", "Read the change first: Enter");
}

const isHeld = (ticket) => "held" in ticket.dataset;

function push(ticket) {
  const line = document.activeElement.closest(".line")?.dataset.line;
  open(ticket, line ? `?line=${line}` : "");
}

/** A held ticket, or the next course of the order. On the pass: of the chosen order, or the first that waits. */
function fire() {
  const waiting = document.querySelectorAll("[data-fire]");
  if (document.getElementById("pass")) {
    const order = chosenTicket()?.dataset.order;
    (order ? document.getElementById(`fire-${order}`) : waiting[0])?.click();
  } else withTicket((ticket) => post(ticket, isHeld(ticket) ? "release/" : "fire/"));
}

function toggleRunner() {
  const button = document.querySelector('[data-tool="runner"]');
  if (!button) return;
  const page = document.documentElement;
  page.dataset.level = page.dataset.level === "runner" ? "expediter" : "runner";
  button.setAttribute("aria-pressed", String(page.dataset.level === "runner"));
  arrange();
}

function undo() {
  const button = act("undo");
  if (button) button.click();
  else act("recall-list")?.click();
}

/** The all-day list: counts, counts with choices, ingredients where there are recipes, away. */
function toggleAllDay() {
  const page = document.documentElement;
  const more = document.querySelector("[data-recipes]") ? "ingredients" : "off";
  const next = { on: "choices", choices: more, ingredients: "off", off: "on" };
  page.dataset.allDay = next[page.dataset.allDay ?? "on"];
  document.querySelector('[data-tool="all-day"]')?.setAttribute("aria-pressed", String(page.dataset.allDay !== "off"));
  arrange();
}

function openKeys() {
  document.getElementById("keys").showModal();
}

function stepStation(by) {
  const all = [...document.querySelectorAll(".stations a")].filter((each) => !each.hidden);
  const here = all.findIndex((each) => each.hasAttribute("aria-current"));
  all[(here + by + all.length) % all.length]?.click();
}

function turn(move) {
  if (!isPaged()) return false;
  move();
  return true;
}

// What a key does. One that returns false leaves the key to the browser.
const KEYS = {
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  ArrowDown: () => stepLine(1),
  ArrowUp: () => stepLine(-1),
  PageDown: () => turn(() => turnBy(1)),
  PageUp: () => turn(() => turnBy(-1)),
  Home: () => turn(() => turnTo(0)),
  End: () => turn(turnToEnd),
  s: () => withTicket((ticket) => ticket.querySelector('[data-act="start"]')?.click()),
  h: () => withTicket((ticket) => post(ticket, isHeld(ticket) ? "release/" : "hold/")),
  f: fire,
  p: () => withTicket(push),
  d: () => withTicket((ticket) => open(ticket, "")),
  u: undo,
  Backspace: undo,
  r: () => act("recall-list")?.click(),
  a: toggleAllDay,
  k: () => document.getElementById("load-pauses")?.click(),
  l: toggleLayout,
  n: toggleRunner,
  o: openScreen,
  m: toggleSound,
  w: toggleWholeScreen,
  e: () => document.getElementById("station-expo")?.click(),
  "[": () => stepStation(-1),
  "]": () => stepStation(1),
  "+": () => resizeText(1),
  "=": () => resizeText(1),
  "-": () => resizeText(-1),
  "?": openKeys,
  Escape: letGo,
};
const REPEATING = new Set(["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "PageDown", "PageUp", "+", "-", "="]);

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const key = keyOf(event);
  if (document.getElementById("panel").open) {
    panelKey(event, key);
    return;
  }
  if (event.target.closest?.("dialog[open], input, select, textarea")) return;
  if (/^[0-9]$/.test(key)) {
    event.preventDefault();
    if (!event.repeat) takeDigit(key);
    return;
  }
  typed = { digits: "", at: 0 }; // 1, Enter, 2 are two tickets, not the twelfth
  if (key === "Enter") {
    // A held key must not finish the next ticket as well.
    if (event.repeat || enter(event)) event.preventDefault();
    return;
  }
  const run = KEYS[key];
  if (!run || (event.repeat && !REPEATING.has(key))) return;
  if (run() !== false) event.preventDefault();
}

const TOOLS = {
  "page-back": () => turnBy(-1),
  "page-on": () => turnBy(1),
  "all-day": toggleAllDay,
  runner: toggleRunner,
  sound: toggleSound,
  "sound-test": testSounds,
  keys: openKeys,
  screen: openScreen,
  "text-smaller": () => resizeText(-1),
  "text-larger": () => resizeText(1),
  "whole-screen": toggleWholeScreen,
};

// --- touch ---

/** A touch that comes just after a ticket moved under it may have meant the one that stood there. */
function guardTouch(event) {
  const ticket = event.target.closest?.(".ticket");
  const byHand = event.isTrusted && event.detail > 0;
  if (!ticket || !byHand || steadyFor(ticket) > STEADY_MS) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

function onClick(event) {
  TOOLS[event.target.closest?.("[data-tool]")?.dataset.tool]?.();
}

// --- what the board says by itself ---

let newsTimer = null;

/** A word over the head for what a sound says; `ticket` is marked as long. */
function tell(kind, text, ticket = null) {
  const news = document.getElementById("news");
  news.dataset.news = kind;
  news.textContent = text;
  news.hidden = false;
  if (ticket) ticket.dataset.news = kind;
  clearTimeout(newsTimer);
  newsTimer = setTimeout(() => {
    news.hidden = true;
    for (const marked of document.querySelectorAll(".ticket[data-news]")) marked.removeAttribute("data-news");
  }, NEWS_MS);
}

function onNews({ kind, ticket, count }) {
  const words = { new: "NEW", changed: "CHANGED", alarm: "LATE", ready: "READY" };
  const elsewhere = ticket ? pageElsewhere(ticket) : 0;
  const name = ticket?.querySelector(".ticket-table").textContent ?? "";
  const more = count > 1 ? ` and ${count - 1} more` : "";
  tell(kind, `${words[kind]} ${name}${more}${elsewhere ? ` · page ${elsewhere}` : ""}`, ticket);
}

function showSound() {
  const { word, state } = soundWord();
  const button = act("sound");
  button.dataset.sound = state;
  button.setAttribute("aria-pressed", String(state === "on"));
  button.querySelector("[data-sound-word]").textContent = word;
}

/** A screen that hangs at stations is not led elsewhere. The board's HTML is the same for all who watch it. */
function showOwnStations() {
  const own = document.documentElement.dataset.stations?.split(" ");
  if (!own) return;
  for (const link of document.querySelectorAll(".stations [data-station]"))
    link.hidden = !own.includes(link.dataset.station);
}

// Where the menu of stations was scrolled to: a push takes its place, and begins at the left again.
let stationsAt = 0;

function keepStations() {
  const menu = document.querySelector(".stations");
  if (menu.scrollLeft !== stationsAt) menu.scrollLeft = stationsAt;
}

function countReady() {
  const count = document.querySelector("[data-ready-count]");
  if (!count) return;
  const ready = document.querySelectorAll(".pass-order[data-ready]:not([data-leaving]):not([data-going])").length;
  count.textContent = `ready ${ready}`;
  count.hidden = ready === 0;
}

/** htmx gives focus back to the same button; when that button is gone but its ticket is not, keep the ticket chosen. */
function afterSwap() {
  rearrange();
  if (chosen.held && document.activeElement === document.body) {
    const ticket = document.getElementById(chosen.id);
    if (ticket && !("leaving" in ticket.dataset)) mainButton(ticket)?.focus({ preventScroll: true });
  }
}

function rearrange() {
  dealOut();
  showOwnStations();
  keepStations();
  countReady();
  arrange();
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", guardTouch, true);
document.addEventListener("click", onClick);
document.addEventListener("focusin", remember);
document.addEventListener("pointerdown", () => {
  chosen.held = false;
});
document.addEventListener("bistro:swapped", afterSwap);
document.addEventListener("bistro:going", countReady);
document.addEventListener(
  "scroll",
  ({ target }) => {
    if (target.classList?.contains("stations") && target.isConnected) stationsAt = target.scrollLeft;
  },
  true,
);
document.querySelector(".stations [aria-current]").scrollIntoView({ block: "nearest", inline: "nearest" });
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt.matches?.("[data-main]")) detail.elt.closest(".ticket").dataset.sent = "";
});
document.addEventListener("htmx:afterRequest", ({ detail }) =>
  detail.elt.closest?.(".ticket")?.removeAttribute("data-sent"),
);
for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
startPanel();
startScreen(rearrange);
startColumns((button) => button?.click());
startLeaving(rearrange);
startSounds(showSound, onNews);
startPages();
rearrange();
