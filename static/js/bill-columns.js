// Dishes move between the columns of a bill by dragging or by keys. The boxes and buttons do the same without this module.

const form = document.getElementById("split-items");
const boxes = () => [...document.querySelectorAll('input[form="split-items"]')];
const buttonTo = (target) => form.querySelector(`button[name="to"][value="${target}"]`);

/** Press the button that moves what is ticked to a target. */
function moveTo(target) {
  const button = buttonTo(target);
  if (button) form.requestSubmit(button);
}

/** Tick the lines of a seat with its box, and its box with the last of its lines. */
function tickSeat(seat) {
  const lines = seat.value.split(",");
  const column = seat.closest("[data-column]");
  for (const box of column.querySelectorAll('input[form="split-items"]')) {
    if (box !== seat && lines.includes(box.value)) box.checked = seat.checked;
  }
}

function pressedKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !event.target.matches('input[form="split-items"]')) return;
  const key = event.key.toUpperCase();
  const button = form.querySelector(`button[aria-keyshortcuts="${CSS.escape(key)}"]`);
  if (!button) return;
  event.preventDefault(); // the digit is no cash
  if (!boxes().some(({ checked }) => checked)) event.target.checked = true;
  form.requestSubmit(button);
}

function begin() {
  let dragged = null; // the box of the line under the finger
  document.addEventListener("change", ({ target }) => {
    if ("seatBox" in target.dataset) tickSeat(target);
  });
  document.addEventListener("keydown", pressedKey, { capture: true });
  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-drag-line]")?.querySelector("input") ?? null;
    if (dragged) event.dataTransfer.setData("text/plain", dragged.value);
  });
  document.addEventListener("dragover", (event) => {
    const column = dragged && event.target.closest("[data-column]");
    for (const each of document.querySelectorAll("[data-column]")) each.classList.toggle("is-over", each === column);
    if (column) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const column = dragged && event.target.closest("[data-column]");
    if (!column || column.contains(dragged)) return;
    event.preventDefault();
    dragged.checked = true;
    moveTo(column.dataset.column);
  });
  document.addEventListener("dragend", () => {
    dragged = null;
    for (const each of document.querySelectorAll("[data-column]")) each.classList.remove("is-over");
  });
}

if (form) begin();
