// The keys of the order screen.

const at = (id) => document.getElementById(id);

/** `actions` are pressSend(), openCheck(open), changeLine(key, facts), toggleHold(course, action). */
export function watchKeys(view, actions) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    const typing = event.target.matches?.("input, textarea, select");
    if (event.key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      actions.pressSend();
    } else if (event.key === "Escape" && typing) event.target.blur();
    else if (!typing && !event.ctrlKey && !event.altKey && !event.metaKey) pressKey(event, view, actions);
  });
}

function pressKey(event, view, actions) {
  const key = event.key.toLowerCase();
  if (key === "/") at("order-find").focus();
  else if (/^[0-9]$/.test(key)) pressDigit(Number(key), actions);
  else if (key === "f" || key === "h") holdByKey(key === "h" ? "hold" : "fire", view, actions);
  else if (key === "escape") actions.openCheck(false);
  else return;
  event.preventDefault();
}

/** A digit is the quantity of the line that has the focus, else the seat; 0 is the table. */
function pressDigit(digit, { changeLine }) {
  const line = document.activeElement?.closest?.(".order-line--new")?.dataset.key;
  if (line && digit) changeLine(line, { quantity: digit });
  else document.querySelector(`[name="seat"][value="${digit || ""}"]`)?.click();
}

/** Hold or fire the course of the chosen line, else the last course. */
function holdByKey(action, view, { toggleHold }) {
  const draft = at("order-draft");
  const mine = draft.querySelector(`[data-key="${view.now}"]`)?.closest("section")?.querySelector("[data-hold]");
  const course = (mine ?? [...draft.querySelectorAll("[data-hold]")].at(-1))?.dataset.hold;
  if (course) toggleHold(course, action);
}
