// The numbers of the tickets on the page that is shown.

let numbers = new Map(); // id of a ticket of this page -> its number

/** Return the number of a ticket on this page, or 0. */
export const numberOf = (ticket) => numbers.get(ticket.id) ?? 0;

/** Return the highest number on this page, or 0. */
export const highestNumber = () => Math.max(0, ...numbers.values());

/** Remember the numbers of a page, { id: number }. */
export function remember(found) {
  numbers = found;
}

/** Return whether this screen is large enough for pages; a phone scrolls. */
export const isPaged = () =>
  getComputedStyle(document.getElementById("board")).getPropertyValue("--paged").trim() === "1";
