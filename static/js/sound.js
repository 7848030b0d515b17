// Sounds of the wall and the pass; the banner and the board show the same in writing.

import { word } from "./words.js";

const TUNES = { new: [660, 880], changed: [520, 520, 520], ready: [880, 1100, 1320], alarm: [880, 660, 880, 660] };
const TONE_S = 0.16;
const STORE = "bistro.muted";

let context = null;
let report = () => {};
let tell = () => {};
let known = null;
let late = null;
let readyBefore = new Set();
let stale = false;

function muted() {
  try {
    return localStorage.getItem(STORE) === "yes";
  } catch {
    return false;
  }
}

/** Return the text and the state of the sound button: "on", "off" or "blocked". */
export function soundWord() {
  if (muted()) return { word: word("Sound off"), state: "off" };
  if (context?.state === "running") return { word: word("Sound on"), state: "on" };
  return { word: word("Tap to allow sound"), state: "blocked" };
}

function play(tune, after = 0) {
  if (muted() || context?.state !== "running") return;
  TUNES[tune].forEach((frequency, index) => {
    const start = context.currentTime + after + index * TONE_S;
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = frequency;
    tone.type = tune === "alarm" ? "square" : "sine";
    volume.gain.setValueAtTime(tune === "alarm" ? 0.15 : 0.3, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.14);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.15);
  });
}

async function unlock() {
  report();
  try {
    if (!context) {
      context = new AudioContext();
      context.onstatechange = report;
    }
    if (context.state === "suspended") await context.resume();
  } catch (refused) {
    console.info("No sound:", refused.message);
  }
  report();
}

/** Switch the sound off, or on with a test tone. While sound is blocked, a touch only allows it. */
export async function toggleSound() {
  const blocked = soundWord().state === "blocked";
  try {
    if (!blocked) localStorage.setItem(STORE, muted() ? "no" : "yes");
  } catch (refused) {
    console.info("The sound setting was not saved:", refused.message);
  }
  await unlock();
  play("new");
}

/** Play all sounds, one after the other. */
export async function testSounds() {
  await unlock();
  for (const [index, tune] of Object.keys(TUNES).entries()) play(tune, index);
}

function say(kind, tickets) {
  play(kind);
  tell({ kind, ticket: tickets[0] ?? null, count: tickets.length });
}

/** Count the marks that a cook must read: added, changed and voided lines, a cancellation. */
export function marksOf(ticket) {
  const lines = ticket.querySelectorAll("[data-changed], [data-added], [data-void]").length;
  return lines + ("cancelled" in ticket.dataset ? 100 : 0);
}

const shown = () => [...document.querySelectorAll(".lane__tickets > .ticket:not([data-leaving])")];

function listen() {
  const before = known;
  const tickets = shown();
  known = new Map(tickets.map((ticket) => [ticket.id, marksOf(ticket)]));
  const fresh = tickets.filter((ticket) => !before.has(ticket.id));
  const changed = tickets.filter((ticket) => before.has(ticket.id) && known.get(ticket.id) > before.get(ticket.id));
  const ready = tickets.filter((ticket) => "ready" in ticket.dataset);
  const readyNow = ready.filter((ticket) => !readyBefore.has(ticket.id));
  readyBefore = new Set(ready.map((ticket) => ticket.id));
  if (changed.length) say("changed", changed);
  else if (readyNow.length) say("ready", readyNow);
  else if (fresh.length) say("new", fresh);
}

/** Sound the alarm for tickets that have just become late and for a board that is no longer live. */
function watch() {
  const tickets = shown().filter((ticket) => ticket.dataset.age === "late");
  const news = tickets.filter((ticket) => !late.has(ticket.id));
  late = new Set(tickets.map((ticket) => ticket.id));
  if (news.length) say("alarm", news);
  const nowStale = document.getElementById("live")?.dataset.live === "stale";
  if (nowStale && !stale) play("alarm"); // the band across the board shows the same
  stale = nowStale;
}

/** Play sounds from now on; `changed` writes the sound button, `news` ({kind, ticket, count}) the banner. */
export function startSounds(changed, news) {
  report = changed;
  tell = news;
  const tickets = shown();
  known = new Map(tickets.map((ticket) => [ticket.id, marksOf(ticket)]));
  late = new Set(tickets.filter((ticket) => ticket.dataset.age === "late").map((ticket) => ticket.id));
  readyBefore = new Set(tickets.filter((ticket) => "ready" in ticket.dataset).map((ticket) => ticket.id));
  document.addEventListener("bistro:swapped", listen);
  setInterval(watch, 1000);
  for (const event of ["pointerdown", "keydown"]) {
    document.addEventListener(event, (touch) => {
      if (!touch.target.closest?.('[data-act="sound"]') && touch.key !== "m" && context?.state !== "running") unlock();
    });
  }
  unlock();
}
