// What a key does to the chosen ticket: it presses the button that a finger would press.

import { announce } from "./announcements.js";
import { openPanel } from "./panel.js";
import { chosenTicket } from "./selection.js";
import { word } from "./words.js";

const isHeld = (ticket) => "held" in ticket.dataset;

/** Press the control with this `data-act`, in the whole page or inside one ticket. */
export function press(name, within = document) {
  within.querySelector(`[data-act="${name}"]`)?.click();
}

/** Return the address of an act, or null at the pass. */
function addressOf(ticket, what) {
  const href = ticket.querySelector('[data-act="more"]')?.getAttribute("href");
  return href ? `${href}${what}` : null;
}

function post(ticket, what) {
  const url = document.documentElement.dataset.may && addressOf(ticket, what);
  const all = "whole" in ticket.dataset ? "?all=yes" : "";
  if (url) window.htmx.ajax("POST", url + all, { source: ticket, target: "body", swap: "none" });
}

function open(ticket, what) {
  const url = addressOf(ticket, what);
  if (url) openPanel(url);
}

/** Run an act on the chosen ticket, unless a change must be confirmed first. */
function withTicket(run) {
  const ticket = chosenTicket();
  if (ticket && !("alert" in ticket.dataset || "cancelled" in ticket.dataset)) run(ticket);
  else if (ticket) announce("changed", word("Read the change first, then press Enter"));
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

/** Open the details of the chosen ticket at the chosen line. */
export function openLine() {
  withTicket((ticket) => {
    const line = document.activeElement.closest(".line")?.dataset.line;
    open(ticket, line ? `?line=${line}` : "");
  });
}

/** Fire the next course of the chosen or first waiting order, or release a held ticket. */
export function fire() {
  if (document.getElementById("pass")) {
    const order = chosenTicket()?.dataset.order;
    const button = order ? document.getElementById(`fire-${order}`) : document.querySelector("[data-fire]");
    button?.click();
  } else {
    withTicket((ticket) => post(ticket, isHeld(ticket) ? "release/" : "fire/"));
  }
}

/** Take back the last act, or open the list of finished tickets. */
export function undo() {
  press(document.querySelector('[data-act="undo"]') ? "undo" : "recall-list");
}
