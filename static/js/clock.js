// The server's time on this screen: the clock in the header, texts such as "7 min", and the age of tickets.
// A tablet's own clock may be hours off, so each time shown counts from the last time that the server sent.

import { ageOf, inWords, untilInWords } from "./ages.js";

const AGES = ["new", "soon", "late"]; // in the order of data-age-letters

let base = Date.now();
let heardAt = performance.now();

/** Set the time of this screen to the server's time (ISO text). */
export function setServerTime(iso) {
  const told = Date.parse(iso);
  if (Number.isNaN(told)) return;
  base = told;
  heardAt = performance.now();
}

/** Return the server's time in milliseconds since 1970. */
export function serverNow() {
  return base + (performance.now() - heardAt);
}

/** Return the server's time in the restaurant's time zone: "19:47:03". */
export function clockText() {
  const timeZone = document.documentElement.dataset.timezone || undefined;
  return new Date(serverNow()).toLocaleTimeString("en-GB", { timeZone });
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function secondsSince(iso) {
  return (serverNow() - Date.parse(iso)) / 1000;
}

function ageOfTicket(ticket, board) {
  const soon = Number(ticket.dataset.soon || board?.dataset.soon || 300);
  const late = Number(ticket.dataset.late || board?.dataset.late || 600);
  return ageOf(secondsSince(ticket.dataset.agedFrom), soon, late);
}

function ageTickets() {
  let lateCount = 0;
  for (const ticket of document.querySelectorAll(".ticket[data-aged-from]")) {
    if ("held" in ticket.dataset || "leaving" in ticket.dataset) continue; // it does not age
    if ("starts" in ticket.dataset && secondsSince(ticket.dataset.agedFrom) >= 0) ticket.removeAttribute("data-starts");
    const board = ticket.closest("[data-live-url]");
    const age = ageOfTicket(ticket, board);
    if (age === "late") lateCount += 1;
    if (ticket.dataset.age !== age) ticket.dataset.age = age;
    const mark = ticket.querySelector("[data-age-mark]");
    if (mark) write(mark, board.dataset.ageLetters[AGES.indexOf(age)]);
  }
  for (const element of document.querySelectorAll("[data-late-count]")) {
    write(element, `late ${lateCount}`);
    element.hidden = lateCount === 0;
  }
}

/** Update each time on the page. */
export function tick() {
  for (const element of document.querySelectorAll("[data-since]")) {
    write(element, inWords(secondsSince(element.dataset.since)));
  }
  for (const element of document.querySelectorAll("[data-until]")) {
    write(element, untilInWords(-secondsSince(element.dataset.until)));
  }
  ageTickets();
}

const now = document.querySelector("[data-now]")?.dataset.now;
if (now) setServerTime(now);
document.addEventListener("bistro:swapped", tick);
setInterval(tick, 1000);
tick();
