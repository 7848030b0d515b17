// Finished tickets keep their place, struck through, as long as they can be undone.

import { keepPlace } from "./gaps.js";

const STAYS_MS = 3000;
const AT_MOST_MS = 8000;

let timer = null;
let since = 0;
let gone = () => {};

/** Return how long tickets stay after a bump; `since` is the first bump of the group. */
export function leaveDelay(since, now) {
  return Math.max(0, Math.min(STAYS_MS, since + AT_MOST_MS - now));
}

function leave() {
  timer = null;
  for (const ticket of document.querySelectorAll(".ticket[data-leaving]")) {
    keepPlace(ticket);
    ticket.remove();
  }
  gone();
}

/** Return whether a ticket has been struck through since its press (later.js) and no other such ticket is left. */
function isLastToGo(ticket) {
  return "going" in ticket.dataset && document.querySelectorAll(".ticket[data-going]").length === 1;
}

function stay(event) {
  const ticket = event.target;
  if (!ticket.classList.contains("ticket")) return;
  if (isLastToGo(ticket)) {
    keepPlace(ticket);
    return;
  }
  event.preventDefault();
  const now = Date.now();
  if (!timer) since = now;
  ticket.dataset.leaving = "";
  for (const control of ticket.querySelectorAll("button, a")) {
    if (control.localName === "a") control.removeAttribute("href");
    else control.disabled = true;
  }
  clearTimeout(timer);
  timer = setTimeout(leave, leaveDelay(since, now));
}

/** Keep finished tickets for a moment; `after` is called when they have left. */
export function startLeaving(after) {
  gone = after;
  document.addEventListener("bistro:leaving", stay);
}
