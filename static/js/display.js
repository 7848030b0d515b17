// All-day list, view of the runner, count of ready orders, list of keys.

import { arrange } from "./pages.js";
import { word } from "./words.js";

function setPressed(tool, pressed) {
  document.querySelector(`[data-tool="${tool}"]`)?.setAttribute("aria-pressed", String(pressed));
}

/** Switch the pass between the expediter's and the runner's view. */
export function toggleRunner() {
  if (!document.querySelector('[data-tool="runner"]')) return;
  const page = document.documentElement;
  page.dataset.level = page.dataset.level === "runner" ? "expediter" : "runner";
  setPressed("runner", page.dataset.level === "runner");
  arrange();
}

/** Return the next state of the all-day list. */
export function nextAllDay(state = "on", hasRecipes = false) {
  const next = { on: "choices", choices: hasRecipes ? "ingredients" : "off", ingredients: "off", off: "on" };
  return next[state];
}

/** Show the all-day list in its next state. */
export function toggleAllDay() {
  const page = document.documentElement;
  page.dataset.allDay = nextAllDay(page.dataset.allDay, Boolean(document.querySelector("[data-recipes]")));
  setPressed("all-day", page.dataset.allDay !== "off");
  arrange();
}

/** Open the list of keys. */
export function openKeys() {
  document.getElementById("keys").showModal();
}

/** Count the orders at the pass that are ready and still there. */
export function countReady() {
  const count = document.querySelector("[data-ready-count]");
  if (!count) return;
  const ready = document.querySelectorAll(".pass-order[data-ready]:not([data-leaving]):not([data-going])").length;
  count.textContent = word("ready {count}", { count: ready });
  count.hidden = ready === 0;
}
