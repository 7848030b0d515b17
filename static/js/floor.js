// The floor: opens and closes the sheet of a table, refreshes its orders, and speeds up the order form.
// Without this file each table is a page of its own and the order form is a plain form.

import "./notices.js";

const RETRY_MS = 1_000; // until orders that could not be refreshed are asked for again, or said to be old
const FETCHING = "Fetching them…";
const sheet = document.getElementById("sheet");

let watched = null; // what a push replaces when the table changes: its list row, or the state on the table's own page
let retry = null;

const openTable = () => document.getElementById("sheet-table")?.dataset.table;
const rowOf = (id) => document.getElementById(`table-row-${id}`);
const shownState = () => document.getElementById("table-state") ?? rowOf(openTable());

function openSheet() {
  watched = shownState();
  if (!sheet.open) sheet.showModal();
  sheet.scrollTop = 0;
}

function closeSheet() {
  if (sheet?.open) sheet.close();
}

function afterClose() {
  const id = openTable();
  sheet.replaceChildren();
  if (document.activeElement === document.body && id) {
    const link = document.getElementById(`table-link-${id}`);
    (link?.checkVisibility() ? link : document.getElementById(`table-row-link-${id}`))?.focus({ preventScroll: true });
  }
}

/** Return whether a form is open among the parts that a refresh replaces. */
function isBusy() {
  const open = ["orders", "guests", "clear"].map((part) => `#sheet-${part} details[open]`);
  return Boolean(document.querySelector(open.join()));
}

/** Say that the orders on the page are old, and what they wait for; an empty text ends it. */
function showStale(reason) {
  const told = document.getElementById("sheet-stale");
  if (!told) return;
  document.getElementById("sheet-orders").classList.toggle("not-live", Boolean(reason));
  told.hidden = !reason;
  told.textContent = reason && `The orders have changed. ${reason}`;
}

/** Show changed orders: at once, or as soon as the open form is closed. */
function refreshOrders() {
  const state = shownState();
  if ((sheet && !sheet.open) || !state || !document.getElementById("sheet-orders") || state === watched) return;
  clearTimeout(retry);
  if (isBusy()) {
    showStale("Close the open form to see them.");
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

// --- the order form ---

function countOrder(form) {
  let total = 0;
  for (const item of form.querySelectorAll("[data-item]")) {
    const quantity = Number(item.querySelector('input[type="number"]').value) || 0;
    item.toggleAttribute("data-chosen", quantity > 0);
    total += quantity;
  }
  form.querySelector("[data-order-count]").textContent = total ? ` · ${total}` : "";
}

function stepQuantity(button) {
  const input = button.parentElement.querySelector("input");
  input.value = Math.min(99, Math.max(0, (Number(input.value) || 0) + Number(button.dataset.step)));
  countOrder(input.form);
}

function filterMenu(input) {
  const wanted = input.value.trim().toLocaleLowerCase();
  for (const category of input.form.querySelectorAll(".order-form__category")) {
    let found = 0;
    for (const item of category.querySelectorAll("[data-item]")) {
      item.hidden =
        Boolean(wanted) && !item.querySelector(".order-form__name").textContent.toLocaleLowerCase().includes(wanted);
      found += item.hidden ? 0 : 1;
    }
    category.hidden = found === 0;
    if (wanted && found) category.open = true;
  }
}

function prepareForm() {
  for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
  const form = document.getElementById("order-form");
  if (!form) return;
  form.closest(".order-form").dataset.scripted = "";
  countOrder(form);
}

document.addEventListener("click", (event) => {
  const step = event.target.closest?.("[data-step]");
  if (step) stepQuantity(step);
  const outside = event.target === sheet && event.offsetX < 0; // a click on the backdrop has the dialog as target
  if (sheet && (outside || event.target.closest?.('[data-act="close-sheet"]'))) {
    event.preventDefault();
    closeSheet();
  }
});
document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-menu-filter]")) filterMenu(target);
  else if (target.form?.id === "order-form") countOrder(target.form);
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target === sheet) openSheet();
  if (detail.requestConfig?.verb === "post") showOutcome();
  prepareForm();
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt.id === "sheet-refresh") afterRefresh(detail.successful);
});
document.addEventListener("bistro:swapped", refreshOrders);
sheet?.addEventListener("close", afterClose);
watched = shownState();
prepareForm();
