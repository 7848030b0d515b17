// The chosen ticket. It is the one whose main button has focus, so that Enter is the browser's own click.

import { highestNumber } from "./numbers.js";
import { allTickets, show, ticketNumbered, ticketsHere } from "./pages.js";

const TYPING_MS = 800;
const NOTHING_TYPED = { digits: "", at: 0 };

// The last chosen ticket, its place, and whether it stays chosen when a swap replaces its button.
let chosen = { id: null, index: 0, held: false };
let typed = NOTHING_TYPED;

const mainButton = (ticket) => ticket.querySelector("[data-main]");
const isLeaving = (ticket) => "leaving" in ticket.dataset;

/** Return the ticket that has focus, or null. */
export function chosenTicket() {
  return document.activeElement?.closest?.(".ticket:not([data-leaving])") ?? null;
}

function choose(ticket) {
  if (!ticket) return;
  mainButton(ticket)?.focus({ preventScroll: true });
  show(ticket);
}

/** Return the place in a list of `count` that is `by` steps from `here`, or from `left`, the last one, when `here` is -1. */
export function nextPlace(here, by, left, count) {
  const start = here < 0 ? left - (by > 0 ? 1 : 0) : here;
  return Math.min(Math.max(start + by, 0), count - 1);
}

/** Choose the ticket before or after the chosen one. */
export function step(by) {
  const all = allTickets().filter((ticket) => !isLeaving(ticket));
  if (!all.length) return;
  choose(all[nextPlace(all.indexOf(chosenTicket()), by, chosen.index, all.length)]);
}

/** Move through the lines of the chosen ticket; after the last line comes the whole ticket again. */
export function stepLine(by) {
  const ticket = chosenTicket();
  if (!ticket) {
    choose(ticketsHere()[0]);
    return;
  }
  const stops = [mainButton(ticket), ...ticket.querySelectorAll("button.line__row")];
  const here = stops.indexOf(document.activeElement);
  stops[(Math.max(here, 0) + by + stops.length) % stops.length].focus({ preventScroll: true });
  show(ticket);
}

/** Read one more digit: return what is typed now and the number of the ticket that it names.
 *
 * 0 means ten. Two digits in quick succession are one number if the page has that many tickets (`count`). */
export function readDigit(before, digit, now, count) {
  const digits = now - before.at < TYPING_MS ? before.digits + digit : digit;
  const both = Number(digits);
  if (both >= 1 && both <= count) return { typed: { digits, at: now }, number: both };
  return { typed: { digits: digit, at: now }, number: Number(digit) || 10 };
}

/** Choose the ticket of this page whose number was typed. */
export function takeDigit(digit) {
  const read = readDigit(typed, digit, Date.now(), highestNumber());
  typed = read.typed;
  choose(ticketNumbered(read.number));
}

/** Forget the digits typed so far: 1, Enter, 2 are two tickets, not the twelfth. */
export function forgetDigits() {
  typed = NOTHING_TYPED;
}

/** Choose the oldest ticket if none is chosen; return whether one had to be chosen. */
export function chooseOldest(event) {
  if (chosenTicket() || event.target.closest("a, button")) return false;
  const [first, ...others] = ticketsHere().filter((ticket) => !isLeaving(ticket));
  choose(others.reduce((one, other) => (other.dataset.sort < one.dataset.sort ? other : one), first));
  return true;
}

/** Take focus from the chosen ticket. */
export function letGo() {
  chosen.held = false;
  document.activeElement?.blur?.();
}

/** Choose the ticket again after a swap removed its button. */
export function keepChosen() {
  if (!chosen.held || document.activeElement !== document.body) return;
  const ticket = document.getElementById(chosen.id);
  if (ticket && !isLeaving(ticket)) mainButton(ticket)?.focus({ preventScroll: true });
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

/** Follow the focus from now on. */
export function startSelection() {
  document.addEventListener("focusin", remember);
  document.addEventListener("pointerdown", () => {
    chosen.held = false;
  });
}
