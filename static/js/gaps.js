// Empty places: the number of a ticket must not change under the hand.

import { isPaged, numberOf } from "./numbers.js";

const heights = new WeakMap(); // list -> { id of a ticket that took a place: the height of that place }

const lists = () => document.querySelectorAll(".lane__tickets");
const gapsOf = (list) => [...list.querySelectorAll(":scope > .gap")];
const ticketsOf = (list) => [...list.querySelectorAll(":scope > .ticket")];
const bySort = (one, other) => (one.dataset.sort < other.dataset.sort ? -1 : 1);

/** Leave an empty place where a numbered ticket is about to be removed. */
export function keepPlace(ticket) {
  if (!isPaged() || !numberOf(ticket)) return;
  const gap = document.createElement("li");
  gap.className = "gap";
  gap.dataset.sort = ticket.dataset.sort;
  gap.dataset.of = ticket.id;
  gap.style.blockSize = `${ticket.offsetHeight}px`;
  gap.innerHTML = '<span class="ticket__position" aria-hidden="true"></span>';
  ticket.before(gap);
}

/** Return the first place that is high enough for a ticket, else the last. */
export function placeFor(height, places) {
  const found = places.findIndex((each) => each >= height);
  return found < 0 ? places.length - 1 : found;
}

/** Give a ticket the height of its place, so that the tickets after it stay where they are. */
function keepHeights(list) {
  for (const [id, height] of Object.entries(heights.get(list) ?? {})) {
    const ticket = document.getElementById(id);
    if (ticket?.parentElement === list) ticket.style.minBlockSize = height;
  }
}

function takePlace(list, ticket, gaps) {
  const own = gaps.findIndex((gap) => gap.dataset.of === ticket.id);
  const sizes = gaps.map((gap) => parseFloat(gap.style.blockSize));
  const [gap] = gaps.splice(own < 0 ? placeFor(ticket.offsetHeight, sizes) : own, 1);
  if (!heights.has(list)) heights.set(list, {});
  heights.get(list)[ticket.id] = gap.style.blockSize;
  gap.replaceWith(ticket);
}

/** Put tickets without a number into empty places; one that comes back takes its own. */
export function fillGaps() {
  for (const list of lists()) {
    const gaps = gapsOf(list);
    const waiting = gaps.length ? ticketsOf(list).filter((ticket) => !numberOf(ticket)) : [];
    for (const ticket of waiting.sort(bySort).slice(0, gaps.length)) takePlace(list, ticket, gaps);
    keepHeights(list);
    if (gaps.length && !ticketsOf(list).some(numberOf)) for (const gap of gapsOf(list)) gap.remove();
  }
}

/** Close the empty places and put all tickets into their order again. */
export function closeGaps() {
  const focused = document.activeElement;
  for (const list of lists()) {
    for (const gap of gapsOf(list)) gap.remove();
    for (const id of Object.keys(heights.get(list) ?? {})) {
      const ticket = document.getElementById(id);
      if (ticket) ticket.style.minBlockSize = "";
    }
    heights.delete(list);
    const tickets = ticketsOf(list);
    const sorted = [...tickets].sort(bySort);
    if (sorted.some((ticket, index) => ticket !== tickets[index])) list.append(...sorted);
  }
  if (document.activeElement !== focused) focused?.focus({ preventScroll: true });
}

/** Keep places from now on, also that of an order that becomes ready. */
export function startGaps() {
  // htmx copies the attributes of an element to the one that replaces it, and the page's policy refuses a style.
  document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => detail.target.removeAttribute("style"));
  document.addEventListener("bistro:moving", (event) => {
    if (isPaged() && numberOf(event.target)) event.preventDefault();
  });
}
