// The server's time on this screen: the clock in the header, "7 min" texts and the age of tickets.
// A tablet's own clock may be hours off, so every time shown counts from the last time the server told.

const LETTERS = { new: "N", soon: "S", late: "!" };

let base = Date.now();
let heardAt = performance.now();

/** Take over the server's time (ISO text). */
export function setServerTime(iso) {
  const told = Date.parse(iso);
  if (Number.isNaN(told)) return;
  base = told;
  heardAt = performance.now();
}

/** Milliseconds since 1970 by the server's clock. */
export function serverNow() {
  return base + (performance.now() - heardAt);
}

/** Whole seconds as people say them: "now", "7 min", "1 h 05". */
export function inWords(seconds) {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
  return `${Math.floor(minutes / (24 * 60))} d`;
}

/** The wall clock in the restaurant's time zone, "19:47:03". */
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

function ageOf(ticket, board) {
  const seconds = secondsSince(ticket.dataset.agedFrom);
  const late = Number(ticket.dataset.late || board?.dataset.late || 600);
  const soon = Number(ticket.dataset.soon || board?.dataset.soon || 300);
  if (seconds >= late) return "late";
  return seconds >= soon ? "soon" : "new";
}

function ageTickets() {
  let lateCount = 0;
  for (const ticket of document.querySelectorAll(".ticket[data-aged-from]")) {
    if ("held" in ticket.dataset || "leaving" in ticket.dataset) continue; // it waits on purpose, or is done
    if ("starts" in ticket.dataset && secondsSince(ticket.dataset.agedFrom) >= 0) ticket.removeAttribute("data-starts");
    const age = ageOf(ticket, ticket.closest("[data-live-url]"));
    if (age === "late") lateCount += 1;
    if (ticket.dataset.age !== age) ticket.dataset.age = age;
    const mark = ticket.querySelector("[data-age-mark]");
    if (mark) write(mark, LETTERS[age]);
  }
  for (const element of document.querySelectorAll("[data-late-count]")) {
    write(element, `late ${lateCount}`);
    element.hidden = lateCount === 0;
  }
}

/** Bring every time on the page up to now. */
export function tick() {
  for (const element of document.querySelectorAll("[data-since]")) {
    write(element, inWords(secondsSince(element.dataset.since)));
  }
  for (const element of document.querySelectorAll("[data-until]")) {
    const left = Math.ceil(-secondsSince(element.dataset.until) / 60);
    write(element, left > 0 ? `in ${left} min` : "now");
  }
  ageTickets();
}

const now = document.querySelector("[data-now]")?.dataset.now;
if (now) setServerTime(now);
document.addEventListener("bistro:swapped", tick);
setInterval(tick, 1000);
tick();
