// The kitchen board by keyboard, and its small tools. Choosing is focus: the chosen ticket is the one whose button has it, so
// Enter is the browser's own click on a real button and everything works by touch and without this file too.

import "./notices.js";
import { soundWord, startSounds, toggleSound } from "./sound.js";

const tickets = () => [...document.querySelectorAll("#tickets > .ticket")];
const act = (name) => document.querySelector(`[data-act="${name}"]`);

// The last chosen ticket, where it stood should it leave, and whether it is to stay chosen when its button is swapped out.
let chosen = { id: null, index: 0, held: false };

function chosenTicket() {
  return document.activeElement?.closest?.(".ticket") ?? null;
}

function choose(ticket) {
  if (!ticket) return;
  ticket.querySelector('[data-act="bump"]')?.focus({ preventScroll: true });
  ticket.scrollIntoView({ block: "nearest" });
}

function remember() {
  const ticket = chosenTicket();
  if (ticket) chosen = { id: ticket.id, index: tickets().indexOf(ticket), held: true };
  else chosen.held = false;
}

function letGo() {
  chosen.held = false;
  document.activeElement?.blur?.();
}

/** To the ticket before or after. After the chosen one has left, the first step goes to the one that took its place. */
function step(by) {
  const all = tickets();
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
    choose(tickets()[0]);
    return;
  }
  const stops = [ticket.querySelector('[data-act="bump"]'), ...ticket.querySelectorAll('[data-act="bump-line"]')];
  const here = stops.indexOf(document.activeElement);
  const next = stops[(Math.max(here, 0) + by + stops.length) % stops.length];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function toggleAllDay() {
  const page = document.documentElement;
  const hide = page.dataset.allDay !== "off";
  page.dataset.allDay = hide ? "off" : "on";
  act("all-day").setAttribute("aria-pressed", String(!hide));
  showMore();
}

function openKeys() {
  document.getElementById("keys").showModal();
}

const area = () => document.querySelector(".ticket-area");

/** Say how many tickets are below what is seen; there is no scroll bar to be read from three metres. */
function showMore() {
  const button = act("next-page");
  const shown = area();
  if (!button || !shown) return;
  const bottom = shown.getBoundingClientRect().bottom;
  const below = tickets().filter((ticket) => ticket.getBoundingClientRect().top >= bottom - 8).length;
  const atEnd = below === 0 && shown.scrollTop > 0;
  button.hidden = below === 0 && !atEnd;
  button.textContent = atEnd ? "▲ Back to the oldest" : `▼ ${below} more`;
  button.dataset.to = atEnd ? "top" : "next";
}

function turnPage() {
  const shown = area();
  const top = act("next-page").dataset.to === "top" ? 0 : shown.scrollTop + shown.clientHeight;
  shown.scrollTo({ top });
}

function showSound() {
  const { word, state } = soundWord();
  const button = act("sound");
  button.dataset.sound = state;
  button.setAttribute("aria-pressed", String(state === "on"));
  button.querySelector("[data-sound-word]").textContent = word;
}

const KEYS = {
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  ArrowDown: () => stepLine(1),
  ArrowUp: () => stepLine(-1),
  r: () => act("recall-last")?.click(),
  s: () => chosenTicket()?.querySelector('[data-act="start"]')?.click(),
  a: toggleAllDay,
  m: toggleSound,
  "?": openKeys,
  Escape: letGo,
};

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest?.("dialog[open], input, select, textarea")) return;
  if (event.key === "Enter" && event.repeat) {
    event.preventDefault(); // a held key must not finish the next ticket as well
    return;
  }
  if (/^[1-9]$/.test(event.key)) {
    event.preventDefault();
    choose(tickets()[Number(event.key) - 1]);
    return;
  }
  const run = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!run || (event.repeat && !event.key.startsWith("Arrow"))) return;
  event.preventDefault();
  run();
}

function onClick(event) {
  const name = event.target.closest?.(".board-tools [data-act]")?.dataset.act;
  const run = { "all-day": toggleAllDay, sound: toggleSound, keys: openKeys, "next-page": turnPage }[name];
  if (run) run();
}

/** htmx gives focus back to the same button; when that button is gone but its ticket is not, keep the ticket chosen. */
function afterSwap() {
  if (chosen.held && document.activeElement === document.body) choose(document.getElementById(chosen.id));
  showMore();
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", onClick);
document.addEventListener("focusin", remember);
document.addEventListener("pointerdown", () => {
  chosen.held = false;
});
document.addEventListener("bistro:swapped", afterSwap);
document.addEventListener("scroll", showMore, { capture: true, passive: true });
window.addEventListener("resize", showMore);
for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
startSounds(showSound);
showMore();
