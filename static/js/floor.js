// The floor: opens and closes the sheet of a table, refreshes its orders, and leads to the order screen.
// Without this file each table is a page of its own. The tabs are in floor-tabs.js, the keys in
// floor-keys.js.

import "./notices.js";
import { word } from "./words.js";

const RETRY_MS = 1_000; // until orders that could not be refreshed are asked for again, or said to be old
const FETCHING = word("Fetching them…");
const sheet = document.getElementById("sheet"); // none on a table's own page
const dialog = sheet?.closest("dialog");

let watched = null; // what a push replaces when the table changes: its drawing, or the state on the table's own page
let retry = null;

const openTable = () => document.getElementById("sheet-table")?.dataset.table;
const drawingOf = (id) => document.getElementById(`table-${id}`);
const shownState = () => document.getElementById("table-state") ?? drawingOf(openTable());

function openSheet() {
  watched = shownState();
  if (!dialog.open) dialog.showModal();
  sheet.scrollTop = 0;
}

function closeSheet() {
  if (dialog?.open) dialog.close();
}

function afterClose() {
  const id = openTable();
  sheet.replaceChildren();
  if (document.activeElement === document.body && id) {
    const link = document.querySelector(`#table-${id} a`);
    (link?.checkVisibility() ? link : document.querySelector(`#need-${id} a`))?.focus({ preventScroll: true });
  }
}

/** Return whether a form is open among the parts that a refresh replaces. */
function isBusy() {
  const open = ["orders", "seating", "guests", "clear"].map((part) => `#sheet-${part} details[open]`);
  return Boolean(document.querySelector(open.join()));
}

/** Say that the orders on the page are old, and what they wait for; an empty text ends it. */
function showStale(reason) {
  const told = document.getElementById("sheet-stale");
  if (!told) return;
  document.getElementById("sheet-orders").classList.toggle("not-live", Boolean(reason));
  told.hidden = !reason;
  told.textContent = reason && `${word("The orders have changed.")} ${reason}`;
}

/** Show changed orders: at once, or as soon as the open form is closed. */
function refreshOrders() {
  const state = shownState();
  if ((dialog && !dialog.open) || !state || !document.getElementById("sheet-orders") || state === watched) return;
  clearTimeout(retry);
  if (isBusy()) {
    showStale(word("Close the open form to see them."));
    retry = setTimeout(refreshOrders, RETRY_MS);
    return;
  }
  watched = state;
  retry = setTimeout(() => showStale(FETCHING), RETRY_MS);
  window.htmx.trigger("#sheet-refresh", "refresh");
}

function afterRefresh(successful) {
  clearTimeout(retry);
  showStale(successful ? "" : FETCHING);
  if (successful) return;
  retry = setTimeout(() => {
    watched = null;
    refreshOrders();
  }, RETRY_MS);
}

/** After an act, scroll to the problem or to the orders at the top of the sheet. */
function showOutcome() {
  const problem = document.querySelector("#sheet-table .problem");
  if (problem) problem.scrollIntoView({ block: "center" });
  else if (sheet) sheet.scrollTop = 0;
}

// --- where a tap leads ---

/** Show what only works with scripts. */
function showControls() {
  for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
}

/** Return the order screen of a table whose guests have not ordered, for people who may order: their next act. */
function orderUrl(link) {
  const state = link.closest("[data-state]")?.dataset.state;
  const may = document.documentElement.dataset.may?.split(" ").includes("place_anywhere");
  return may && state === "occupied" ? `${link.getAttribute("href")}order/` : "";
}

/** Open a table's page in the sheet, unless the press asks for a tab of its own; the order screen is a page. */
function openLink(event) {
  const link = event.target.closest?.("#tables a, #needs a");
  const url = link?.getAttribute("href");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || url.endsWith("/order/")) return;
  event.preventDefault();
  const order = orderUrl(link);
  if (order) location.assign(order);
  else window.htmx.ajax("GET", url, { target: "#sheet", swap: "innerHTML" });
}

document.addEventListener("click", openLink);
document.addEventListener("click", (event) => {
  const outside = event.target === dialog && event.offsetX < 0; // a click on the backdrop has the dialog as target
  if (sheet && (outside || event.target.closest?.('[data-act="close-sheet"]'))) {
    event.preventDefault();
    closeSheet();
  }
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target === sheet) openSheet();
  if (detail.requestConfig?.verb === "post") showOutcome();
  showControls();
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt.id === "sheet-refresh") afterRefresh(detail.successful);
});
document.addEventListener("bistro:swapped", refreshOrders);
dialog?.addEventListener("close", afterClose);
watched = shownState();
showControls();
