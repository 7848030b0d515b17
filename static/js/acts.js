// What a key does to the chosen ticket. Each act presses the button that a finger would press or, where the board has
// no button, posts to the address of the ticket.

import { announce } from "./announcements.js";
import { openPanel } from "./panel.js";
import { chosenTicket } from "./selection.js";

const isHeld = (ticket) => "held" in ticket.dataset;

/** Press the control with this `data-act`, in the whole page or inside one ticket. */
export function press(name, within = document) {
  within.querySelector(`[data-act="${name}"]`)?.click();
}

/** Return the address of an act; null at the pass, whose orders have no such addresses. */
function addressOf(ticket, what) {
  const href = ticket.querySelector('[data-act="more"]')?.getAttribute("href");
  return href ? `${href}${what}` : null;
}

function post(ticket, what) {
  const url = addressOf(ticket, what);
  const all = "whole" in ticket.dataset ? "?all=yes" : "";
  if (url) window.htmx.ajax("POST", url + all, { source: ticket, target: "body", swap: "none" });
}

function open(ticket, what) {
  const url = addressOf(ticket, what);
  if (url) openPanel(url);
}

/** Run an act on the chosen ticket, unless the cook must first confirm a change of it. */
function withTicket(run) {
  const ticket = chosenTicket();
  if (ticket && !("alert" in ticket.dataset || "cancelled" in ticket.dataset)) run(ticket);
  else if (ticket) announce("changed", "Read the change first, then press Enter");
}

/** Start the chosen ticket. */
export function start() {
  withTicket((ticket) => press("start", ticket));
}

/** Hold the chosen ticket, or release it when it is held. */
export function holdOrRelease() {
  withTicket((ticket) => post(ticket, isHeld(ticket) ? "release/" : "hold/"));
}

/** Open the details of the chosen ticket. */
export function openDetails() {
  withTicket((ticket) => open(ticket, ""));
}

/** Open the details of the chosen ticket at the chosen line, where the line can be given to another station. */
export function openLine() {
  withTicket((ticket) => {
    const line = document.activeElement.closest(".line")?.dataset.line;
    open(ticket, line ? `?line=${line}` : "");
  });
}

/** Fire the next course, or release a held ticket. At the pass: of the chosen order, or of the first that waits. */
export function fire() {
  if (document.getElementById("pass")) {
    const order = chosenTicket()?.dataset.order;
    const button = order ? document.getElementById(`fire-${order}`) : document.querySelector("[data-fire]");
    button?.click();
  } else {
    withTicket((ticket) => post(ticket, isHeld(ticket) ? "release/" : "fire/"));
  }
}

/** Take back the last act, or open the list of finished tickets when there is nothing to take back. */
export function undo() {
  press(document.querySelector('[data-act="undo"]') ? "undo" : "recall-list");
}
