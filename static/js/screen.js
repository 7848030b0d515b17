// The look of the wall on this screen: density, text size, theme, layout. The server keeps the look of a wall screen,
// so that it survives a power cut; a person's browser keeps its own.

import { isPaged } from "./pages.js";

const page = document.documentElement;
const STORE = "bistro.screen";
const SAVE_AFTER_MS = 600;
const STEP = 10;

let look = {
  density: page.dataset.density,
  text: Number(page.dataset.text),
  theme: page.dataset.theme,
  layout: page.dataset.layout,
};
let saving = null;
let changed = () => {};

const dialog = () => document.getElementById("screen");

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? {};
  } catch {
    return {}; // storage is off, or holds a foreign value
  }
}

async function send() {
  const body = new URLSearchParams({
    density: look.density,
    text_percent: look.text,
    light: look.theme === "light" ? "yes" : "no",
    layout: look.layout,
  });
  const headers = JSON.parse(document.body.getAttribute("hx-headers"));
  try {
    await fetch(page.dataset.saveUrl, { method: "POST", body, headers });
  } catch (refused) {
    console.info("The look was not saved:", refused.message);
  }
}

function keep() {
  if (page.dataset.saveUrl) {
    clearTimeout(saving);
    saving = setTimeout(send, SAVE_AFTER_MS);
    return;
  }
  try {
    localStorage.setItem(STORE, JSON.stringify(look));
  } catch (refused) {
    console.info("The look was not saved:", refused.message);
  }
}

function apply() {
  page.dataset.density = look.density;
  page.dataset.theme = look.theme;
  page.dataset.layout = look.layout;
  page.dataset.text = String(look.text);
  page.style.setProperty("--text-scale", String(look.text / 100));
  const form = document.getElementById("screen-form");
  for (const name of ["density", "theme", "layout"]) {
    for (const input of form.querySelectorAll(`input[name="${name}"]`)) input.checked = input.value === look[name];
  }
  document.getElementById("text-percent").textContent = `${look.text} %`;
  changed();
}

function change(part) {
  look = { ...look, ...part };
  apply();
  keep();
}

/** Return the text size in percent after `by` steps, within the limits. */
export function textSize(percent, by, smallest, largest) {
  return Math.min(largest, Math.max(smallest, percent + by * STEP));
}

/** Make the text larger (1) or smaller (-1). */
export function resizeText(by) {
  change({ text: textSize(look.text, by, Number(page.dataset.smallest), Number(page.dataset.largest)) });
}

/** Switch between the layouts "station" (one list of tickets) and "columns". */
export function toggleLayout() {
  change({ layout: look.layout === "columns" ? "station" : "columns" });
}

/** Return whether the tickets stand in columns. */
export const isColumns = () => page.dataset.layout === "columns" && isPaged();

/** Open the dialog with the choices of the look. */
export function openScreen() {
  dialog().showModal();
}

/** Switch the full screen on or off; a browser may refuse. */
export async function toggleWholeScreen() {
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await page.requestFullscreen();
  } catch (refused) {
    console.info("Full screen was refused:", refused.message);
  }
}

/** Apply the kept look; `after` is called whenever the board must be arranged again. */
export function startScreen(after) {
  changed = after;
  if (!page.dataset.saveUrl) {
    const kept = remembered();
    for (const name of Object.keys(look)) {
      if (typeof kept[name] === typeof look[name]) look[name] = kept[name];
    }
  }
  let paged = isPaged();
  window.addEventListener("resize", () => {
    if (isPaged() === paged) return;
    paged = isPaged();
    after();
  });
  dialog().addEventListener("change", ({ target }) => change({ [target.name]: target.value }));
  apply();
}
