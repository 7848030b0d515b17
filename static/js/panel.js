// The dialog over the wall: the details of a ticket, or the recall list.

const TYPING_MS = 700;

const panel = () => document.getElementById("panel");

let typed = "";
let typing = null;
let answeredInside = false;

/** Fetch a page into the dialog. */
export function openPanel(url) {
  window.htmx.ajax("GET", url, { source: panel(), target: "#panel", swap: "innerHTML" });
}

function afterFill({ detail }) {
  if (detail.target !== panel()) return;
  for (const element of panel().querySelectorAll("[data-needs-script]")) element.hidden = false;
  if (!panel().open) panel().showModal();
  (panel().querySelector("[data-choose]") ?? panel()).focus(); // Enter must not press an act by accident
}

/** Remember whether an answer is shown in the dialog; afterwards the element that it replaced is in no document. */
function beforeAnswer({ detail }) {
  answeredInside = panel().contains(detail.target);
}

function afterAct({ detail }) {
  const acted = detail.requestConfig?.verb === "post" && panel().contains(detail.elt);
  const stays = answeredInside || panel().contains(detail.target); // an answer in the dialog is to be read
  answeredInside = false;
  if (panel().open && acted && !stays) panel().close();
}

const withNumber = (number) => panel().querySelector(`[data-number="${number}"]`);

/** Choose the row, or press the button, with the typed number of one or two digits. */
function takeDigit(digit) {
  typed += digit;
  clearTimeout(typing);
  typing = setTimeout(() => {
    typed = "";
  }, TYPING_MS);
  let button = withNumber(typed);
  if (!button) {
    typed = digit;
    button = withNumber(digit);
  }
  if (!button) return;
  if ("choose" in button.dataset) {
    button.focus();
    button.scrollIntoView({ block: "nearest" });
  } else {
    typed = "";
    button.click();
  }
}

function step(by) {
  const stops = [...panel().querySelectorAll("button, a[href]")].filter((each) => each.offsetParent);
  const here = stops.indexOf(document.activeElement);
  stops[(here + by + stops.length) % stops.length]?.focus();
}

const KEYS = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  PageDown: () => panel().querySelector('[data-turn="on"]')?.click(),
  PageUp: () => panel().querySelector('[data-turn="back"]')?.click(),
  t: () => document.activeElement.closest(".recalls__row")?.querySelector("[data-restart]")?.click(),
};

/** Obey a key while the dialog is open. */
export function panelKey(event, key) {
  if (/^[0-9]$/.test(key)) takeDigit(key);
  else if (KEYS[key]) KEYS[key]();
  else if (/^[a-z]$/.test(key)) panel().querySelector(`[data-key~="${key}"]`)?.click();
  else return;
  event.preventDefault();
}

/** Open, serve and close the dialog from now on. */
export function startPanel() {
  document.addEventListener("htmx:afterSettle", afterFill);
  document.addEventListener("htmx:beforeSwap", beforeAnswer);
  document.addEventListener("htmx:afterRequest", afterAct);
  panel().addEventListener("close", () => panel().replaceChildren());
}
