// Keypads: the keys write into the field that the pad names. The field stays a field: a keyboard works as well.

import { pressed } from "./digits.js";

function press(pad, key) {
  const field = document.getElementById(pad.dataset.keypad);
  field.value = pressed(field.value, key, field.maxLength > 0 ? field.maxLength : undefined);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function show() {
  for (const pad of document.querySelectorAll("[data-keypad][data-needs-script]")) {
    pad.hidden = false;
    document.getElementById(pad.dataset.keypad).inputMode = "none"; // the device's own keys would cover the pad
  }
}

document.addEventListener("click", ({ target }) => {
  const key = target.closest(".keypad__key");
  if (key) press(key.closest("[data-keypad]"), key.value);
});
document.addEventListener("bistro:swapped", show);
show();
