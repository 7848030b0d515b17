// Dishes move between the columns of a bill by dragging or by keys. The boxes and buttons do the same without this module.

const form = document.getElementById("split-items");
const boxes = () => [...document.querySelectorAll('input[form="split-items"]')];
const buttonTo = (target) => form.querySelector(`button[name="to"][value="${target}"]`);

/** Press the button that moves what is ticked to a target. */
function moveTo(target) {
  const button = buttonTo(target);
  if (button) form.requestSubmit(button);
}

/** Return the boxes of a column: of its seats, or of their lines. */
function boxesIn(column, ofSeats) {
  const found = column ? [...column.querySelectorAll('input[form="split-items"]')] : [];
  return found.filter((box) => "seatBox" in box.dataset === ofSeats);
}

/** Tick the lines of a seat with its box, and its box with all of its lines. */
function tickWith(box) {
  const column = box.closest("[data-column]");
  const lines = boxesIn(column, false);
  if ("seatBox" in box.dataset) {
    const ids = box.value.split(",");
    for (const line of lines.filter(({ value }) => ids.includes(value))) line.checked = box.checked;
  }
  for (const seat of boxesIn(column, true)) {
    const ids = seat.value.split(",");
    const ticked = lines.filter(({ value, checked }) => checked && ids.includes(value)).length;
    seat.checked = ticked === ids.length;
    seat.indeterminate = ticked > 0 && !seat.checked;
  }
}

function pressedKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !event.target.matches('input[form="split-items"]')) return;
  const key = event.key.toUpperCase();
  const button = form.querySelector(`button[aria-keyshortcuts="${CSS.escape(key)}"]`);
  if (!button) return;
  event.preventDefault(); // the digit is no cash
  if (!boxes().some(({ checked }) => checked)) {
    event.target.checked = true;
    tickWith(event.target);
  }
  form.requestSubmit(button);
}

function begin() {
  for (const box of boxes()) if ("seatBox" in box.dataset) box.removeAttribute("name"); // its lines are sent
  let dragged = null; // the box of the line under the finger
  document.addEventListener("change", ({ target }) => {
    if (target.matches('input[form="split-items"]')) tickWith(target);
  });
  document.addEventListener("keydown", pressedKey, { capture: true });
  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-drag-line]")?.querySelector("input") ?? null;
    if (dragged) event.dataTransfer.setData("text/plain", dragged.value);
  });
  document.addEventListener("dragover", (event) => {
    const column = dragged && event.target.closest?.("[data-column]");
    for (const each of document.querySelectorAll("[data-column]")) each.classList.toggle("is-over", each === column);
    if (column) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const column = dragged && event.target.closest?.("[data-column]");
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
