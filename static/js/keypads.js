// Keypads of pages: they write digits into the field that `data-keypad` names. The field takes a keyboard too.

/** Return the text of a field after a key of the keypad: a digit or sign, "back" or "clear". */
export function afterKey(text, key, longest = 20) {
  if (key === "clear") return "";
  if (key === "back") return text.slice(0, -1);
  return text.length < longest ? text + key : text;
}

function connect(keypad) {
  const field = document.getElementById(keypad.dataset.keypad);
  if (!field) return;
  keypad.hidden = false;
  field.inputMode = "none"; // the device's own keyboard would cover the keypad
  keypad.addEventListener("click", ({ target }) => {
    const key = target.closest("button")?.value;
    if (!key) return;
    field.value = afterKey(field.value, key, field.maxLength > 0 ? field.maxLength : undefined);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

if (typeof document !== "undefined") for (const keypad of document.querySelectorAll("[data-keypad]")) connect(keypad);
