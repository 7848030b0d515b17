// The wall's layout in columns: puts tickets into them, and lets a person drag them.

import { isColumns } from "./screen.js";

const FAR_PX = 12; // a shorter movement of the finger is a tap

let drag = null;

const queued = () => document.getElementById("tickets");
const cooking = () => document.getElementById("cooking");

function place(ticket, list) {
  if (ticket.parentElement === list) return;
  const next = [...list.children].find((each) => each.dataset.sort > ticket.dataset.sort);
  list.insertBefore(ticket, next ?? null);
}

/** Move each ticket to the column of its status, or all to the first list when there are no columns. */
export function dealOut() {
  const apart = isColumns();
  for (const ticket of document.querySelectorAll(".lane__tickets > .ticket")) {
    place(ticket, apart && ticket.dataset.status === "started" ? cooking() : queued());
  }
}

// --- dragging ---

/** Return the column under a point: "queued", "started", "ready" or null. */
function columnAt(x, y) {
  const under = document.elementFromPoint(x, y);
  if (under?.closest(".board__foot")) return "ready";
  return under?.closest("[data-lane]")?.dataset.lane ?? null;
}

const elementOf = (column) =>
  column === "ready" ? document.querySelector(".board__foot") : document.querySelector(`[data-lane="${column}"]`);

/** Return the selector of the button that a drop on a column presses, null without a change. */
export function actFor(dragged, column) {
  if (!column || column === dragged.from) return null;
  const ticket = dragged.ticket;
  if (dragged.from === "ready") return `#recall-${dragged.id}`;
  if (column === "ready") return ticket.hasAttribute("data-alert") ? null : `#bump-${dragged.id}`;
  return column === "started" ? `#start-${dragged.id}, #release-${dragged.id}` : null;
}

function onDown(event) {
  if (!isColumns() || event.button > 0 || !event.isPrimary) return;
  const ticket = event.target.closest?.(".ticket:not([data-leaving]), .recent__ticket");
  if (!ticket) return;
  const done = ticket.classList.contains("recent__ticket");
  const from = done ? "ready" : ticket.closest("[data-lane]").dataset.lane;
  const id = done ? ticket.dataset.ticket : ticket.id.replace("ticket-", "");
  drag = { ticket, id, from, x: event.clientX, y: event.clientY, pointer: event.pointerId, ghost: null };
}

function lift() {
  drag.ghost = document.createElement("div");
  drag.ghost.className = "drag-ghost";
  drag.ghost.textContent = (drag.ticket.querySelector(".ticket__table") ?? drag.ticket).textContent
    .trim()
    .replace(/\s+/g, " ")
    .slice(0, 40);
  document.body.append(drag.ghost);
  drag.ticket.dataset.dragged = "";
}

function mark(column) {
  for (const element of document.querySelectorAll("[data-over]")) element.removeAttribute("data-over");
  if (actFor(drag, column)) elementOf(column).dataset.over = "";
}

function onMove(event) {
  if (!drag || event.pointerId !== drag.pointer) return;
  const { clientX: x, clientY: y } = event;
  if (!drag.ghost) {
    if (Math.hypot(x - drag.x, y - drag.y) < FAR_PX) return;
    lift();
  }
  drag.ghost.style.transform = `translate(${x + 12}px, ${y + 12}px)`;
  mark(columnAt(x, y));
}

function end() {
  drag?.ghost?.remove();
  drag?.ticket.removeAttribute("data-dragged");
  for (const element of document.querySelectorAll("[data-over]")) element.removeAttribute("data-over");
  drag = null;
}

function onUp(event) {
  if (!drag || event.pointerId !== drag.pointer) return;
  const dragged = drag;
  const column = dragged.ghost ? columnAt(event.clientX, event.clientY) : null;
  end();
  if (!dragged.ghost) return;
  swallowClick();
  const selector = actFor(dragged, column);
  if (selector) document.querySelector(selector)?.click();
}

/** Ignore the click that a browser sends after a drag. */
function swallowClick() {
  const swallow = (click) => {
    if (!click.isTrusted) return;
    click.preventDefault();
    click.stopImmediatePropagation();
  };
  document.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", swallow, { capture: true }), 50);
}

document.addEventListener("bistro:arranging", dealOut);
document.addEventListener("pointerdown", onDown);
document.addEventListener("pointermove", onMove);
document.addEventListener("pointerup", onUp);
document.addEventListener("pointercancel", end);
document.addEventListener("dragstart", (event) => isColumns() && event.preventDefault());
