// The ages of the tickets of a kitchen screen, and how many of them are late.

import { ageOf, write } from "./ages.js";
import { secondsSince } from "./clock.js";
import { word } from "./words.js";

const AGES = ["soon", "late"]; // in the order of data-age-words; a new ticket has no word and no mark

function ageOfTicket(ticket, board) {
  const soon = Number(ticket.dataset.soon || board?.dataset.soon || 300);
  const late = Number(ticket.dataset.late || board?.dataset.late || 600);
  return ageOf(secondsSince(ticket.dataset.agedFrom), soon, late);
}

/** Write the word of an age and draw its mark, which the sprite names like the age. */
function showAge(ticket, age, words) {
  const word = ticket.querySelector("[data-age-word]");
  if (!word) return;
  write(word, words[AGES.indexOf(age)] ?? "");
  const drawing = ticket.querySelector("[data-age-mark] use");
  const at = drawing.getAttribute("href").replace(/#.*$/, `#m-${age === "late" ? "late" : "soon"}`);
  if (drawing.getAttribute("href") !== at) drawing.setAttribute("href", at);
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
    showAge(ticket, age, board.dataset.ageWords.split("|"));
  }
  for (const element of document.querySelectorAll("[data-late-count]")) {
    write(element, word("late {count}", { count: lateCount }));
    element.hidden = lateCount === 0;
  }
}

document.addEventListener("bistro:swapped", ageTickets);
setInterval(ageTickets, 1000);
ageTickets();
