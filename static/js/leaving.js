// A ticket that is done keeps its place, struck through, until the way back is over: nothing jumps under the next finger.
// Those that were bumped one soon after the other leave together.

const STAYS_MS = 3000;
const AT_MOST_MS = 8000;

let timer = null;
let since = 0;
let gone = () => {};

function leave() {
  timer = null;
  for (const ticket of document.querySelectorAll(".ticket[data-leaving]")) ticket.remove();
  gone();
}

/** It has been struck through since it was pressed (later.js), and nothing else that was pressed stands there. */
function isLastToGo(ticket) {
  return "going" in ticket.dataset && document.querySelectorAll(".ticket[data-going]").length === 1;
}

function stay(event) {
  const ticket = event.target;
  if (!ticket.classList.contains("ticket") || isLastToGo(ticket)) return;
  event.preventDefault();
  const now = Date.now();
  if (!timer) since = now;
  ticket.dataset.leaving = "";
  for (const control of ticket.querySelectorAll("button, a")) {
    if (control.localName === "a") control.removeAttribute("href");
    else control.disabled = true;
  }
  clearTimeout(timer);
  timer = setTimeout(leave, Math.max(0, Math.min(STAYS_MS, since + AT_MOST_MS - now)));
}

/** Begin; `after` is called when tickets have left. */
export function startLeaving(after) {
  gone = after;
  document.addEventListener("bistro:leaving", stay);
}
