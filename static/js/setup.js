// The forms of the set-up. "Next step" saves a form that was changed; another way out of the page is warned of by the browser.
// Without this file each form has its own button.

/** Return whether a person has changed a control since the page was loaded. */
export function isChanged(control) {
  if (control.type === "hidden" || control.localName === "button") return false;
  if (control.localName === "select") {
    const first = [...control.options].findIndex((option) => option.defaultSelected);
    return control.selectedIndex !== Math.max(0, first);
  }
  if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
  return control.value !== control.defaultValue;
}

/** Return whether a form holds something that is not saved: a change, or what the server has refused. */
export function isUnsaved(form) {
  return "unsaved" in form.dataset || [...form.elements].some(isChanged);
}

/** Send the form as its own button does, and let the server go on to that step. */
function saveAndGoOn(form, step) {
  const button = document.createElement("button");
  Object.assign(button, { hidden: true, name: "go_on", value: step });
  form.append(button);
  form.requestSubmit(button);
  button.remove();
}

/** Choose the zone of this computer's clock in a list that has it, as if the server had chosen it. */
export function chooseZone(list, own) {
  const options = [...list.options];
  if (!options.some((option) => option.value === own)) return;
  for (const option of options) option.defaultSelected = option.value === own;
  list.value = own;
}

function watch() {
  let sent = null;
  const unsaved = () => [...document.querySelectorAll("form[data-step-form]")].filter(isUnsaved);

  document.addEventListener("submit", ({ target }) => {
    sent = target;
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved().some((form) => form !== sent)) event.preventDefault();
    sent = null;
  });
  document.addEventListener("click", (event) => {
    const next = event.target.closest?.("[data-next]");
    const [form, ...others] = unsaved();
    if (!next || !form || others.length || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    saveAndGoOn(form, next.dataset.next);
  });
}

function begin() {
  const zones = document.querySelector("form[data-own-zone] select[name=timezone]");
  if (zones) chooseZone(zones, Intl.DateTimeFormat().resolvedOptions().timeZone);
  watch();
}

if (typeof document !== "undefined") begin();
