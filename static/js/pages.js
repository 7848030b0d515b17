// Pages of tickets instead of scrolling.

import { write } from "./ages.js";
import { markBroken, markContinued, markTall } from "./breaking.js";
import { closeGaps, fillGaps, startGaps } from "./gaps.js";
import { isPaged, numberOf, remember } from "./numbers.js";

const PAGE_KEY_REST_MS = 60_000; // after this time without a touch the wall turns to the oldest tickets

let page = 0;
let pages = 1;
let touchedAt = Date.now();

const board = () => document.getElementById("board");
const lists = () =>
  [...document.querySelectorAll(".lane__tickets")].filter((list) => list.parentElement.clientWidth > 0);

/** Return all tickets of the board, in order. */
export const allTickets = () => [...document.querySelectorAll(".lane__tickets > .ticket")];

/** Return the distance from one page to the next, in pixels of the list. */
function strideOf(list) {
  return list.parentElement.clientWidth + (parseFloat(getComputedStyle(list).columnGap) || 0);
}

function pageOf(ticket, stride = strideOf(ticket.parentElement)) {
  return Math.floor((ticket.offsetLeft + 2) / stride);
}

function pagesOf(list) {
  const gap = parseFloat(getComputedStyle(list).columnGap) || 0;
  return Math.max(1, Math.ceil((list.scrollWidth + gap - 4) / strideOf(list)));
}

/** Number the places of this page 1, 2, 3…, empty ones too, and no others. */
function number(perPlace) {
  let position = 0;
  const numbers = new Map();
  for (const [place, at] of perPlace) {
    const here = at === page;
    if (here) position += 1;
    if (here && place.id) numbers.set(place.id, position);
    write(place.querySelector(".ticket__position"), here ? String(position) : "");
  }
  remember(numbers);
}

/** Return the pager's text for the tickets on other pages. */
export function moreText(elsewhere, late) {
  if (!elsewhere) return "";
  return late ? `${elsewhere} more, ${late} late` : `${elsewhere} more`;
}

function showPager(perTicket, paged) {
  const pager = document.querySelector(".pager");
  if (!pager) return;
  pager.hidden = !paged;
  const elsewhere = perTicket.filter(([, at]) => at !== page);
  const late = elsewhere.filter(([ticket]) => ticket.dataset.age === "late").length;
  write(pager.querySelector("[data-page-word]"), `${page + 1}/${pages}`);
  write(pager.querySelector("[data-page-more]"), moreText(elsewhere.length, late));
  pager.toggleAttribute("data-late", late > 0);
  pager.querySelector('[data-tool="page-back"]').disabled = page === 0;
  pager.querySelector('[data-tool="page-on"]').disabled = page >= pages - 1;
}

// Id of a ticket -> its position, and the time of its last move.
const places = new Map();

function noteMoves(tickets) {
  const seen = new Set();
  for (const ticket of tickets) {
    seen.add(ticket.id);
    const at = `${ticket.parentElement.id} ${ticket.offsetLeft} ${ticket.offsetTop}`;
    const before = places.get(ticket.id);
    if (before?.at !== at) places.set(ticket.id, { at, since: Date.now() });
  }
  for (const id of places.keys()) if (!seen.has(id)) places.delete(id);
}

/** Return the milliseconds since a ticket last moved. */
export const steadyFor = (ticket) => Date.now() - (places.get(ticket.id)?.since ?? 0);

/** Return how many rows of the all-day list are below its lower edge. */
function allDayRest(paged) {
  const list = document.querySelector(".all-day__list");
  if (!list || !paged) return 0;
  const bottom = list.parentElement.getBoundingClientRect().bottom;
  return [...list.children].filter((item) => item.getBoundingClientRect().bottom > bottom - 32).length;
}

function showAllDayRest(below) {
  const rest = document.querySelector("[data-all-day-rest]");
  if (!rest) return;
  if (rest.hidden !== (below === 0)) rest.hidden = below === 0;
  if (below) write(rest, `and ${below} more`);
}

/** Count the pages and number the tickets; read all sizes before writing, for a single layout. */
export function arrange() {
  const root = board();
  if (!root) return;
  const paged = isPaged();
  if (paged) fillGaps();
  const tickets = allTickets();
  const area = document.querySelector(".board__area");
  if (area.hasAttribute("data-empty") !== (tickets.length === 0)) area.toggleAttribute("data-empty"); // hides the lists
  if (paged) {
    markBroken(tickets);
    markTall(lists(), tickets);
  }
  const shown = lists().map((list) => ({ list, stride: strideOf(list), pages: paged ? pagesOf(list) : 1 }));
  const strides = new Map(shown.map(({ list, stride }) => [list, stride]));
  const all = [...document.querySelectorAll(".lane__tickets > li")];
  const perPlace = all.map((each) => [each, paged ? pageOf(each, strides.get(each.parentElement)) : 0]);
  const perTicket = perPlace.filter(([each]) => each.id);
  const below = allDayRest(paged);
  const toolsWidth = document.querySelector(".board__tools")?.offsetWidth ?? 0;
  noteMoves(tickets);
  if (paged) markContinued(tickets);

  pages = Math.max(1, ...shown.map((each) => each.pages));
  page = Math.min(page, pages - 1);
  for (const { list, stride, pages: own } of shown) {
    const at = Math.min(page, own - 1);
    const moved = at ? `translateX(${-at * stride}px)` : "";
    if (list.style.transform !== moved) list.style.transform = moved;
    if (list.parentElement.scrollLeft) list.parentElement.scrollLeft = 0; // undoes the scrolling to focus
  }
  number(perPlace);
  showPager(perTicket, paged);
  showAllDayRest(below);
  const tools = `${toolsWidth + 8}px`;
  if (root.style.getPropertyValue("--tools") !== tools) root.style.setProperty("--tools", tools);
}

/** Turn to a page, at most to the last one, with all tickets in their order. */
export function turnTo(wanted) {
  closeGaps();
  page = Math.min(Math.max(wanted, 0), pages - 1);
  touchedAt = Date.now();
  arrange();
}

/** Turn forward or back by some pages. */
export const turnBy = (by) => turnTo(page + by);
/** Turn to the last page. */
export const turnToEnd = () => turnTo(pages - 1);

/** Return the tickets of this page in the order of their numbers. */
export const ticketsHere = () => allTickets().filter(numberOf);

/** Return the ticket with a number on this page, or undefined. */
export const ticketNumbered = (wanted) => allTickets().find((ticket) => numberOf(ticket) === wanted);

/** Bring a ticket into view: turn to its page, or scroll on a phone. */
export function show(ticket) {
  touchedAt = Date.now();
  if (!isPaged()) {
    ticket.scrollIntoView({ block: "nearest" });
    return;
  }
  if (pageOf(ticket) === page) ticket.parentElement.parentElement.scrollLeft = 0;
  else {
    closeGaps();
    turnTo(pageOf(ticket));
  }
}

/** Return the number of the page that holds a ticket, from 1; 0 when that page is shown. */
export function pageElsewhere(ticket) {
  if (!isPaged()) return 0;
  const at = pageOf(ticket);
  return at === page ? 0 : at + 1;
}

/** Keep the pages up to date from now on. */
export function startPages() {
  document.documentElement.dataset.paged = "";
  startGaps();
  for (const event of ["pointerdown", "keydown"]) {
    document.addEventListener(event, () => {
      touchedAt = Date.now();
    });
  }
  setInterval(() => {
    const untouched = Date.now() - touchedAt > PAGE_KEY_REST_MS;
    if (untouched && (page > 0 || document.querySelector(".gap"))) turnTo(0);
  }, 5000);
  new ResizeObserver(arrange).observe(document.getElementById("main")); // the band NOT LIVE comes and goes
  window.addEventListener("resize", arrange);
  document.addEventListener(
    "scroll",
    ({ target }) => {
      if (target.classList?.contains("lane__view")) target.scrollLeft = 0;
    },
    true,
  );
  document.fonts?.ready.then(arrange);
  arrange();
}
