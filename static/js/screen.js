// The display settings of this screen: density, text size, theme, layout.

import { isPaged } from "./numbers.js";

const page = document.documentElement;
const STORE = "bistro.screen";
const SAVE_AFTER_MS = 600;
const STEP = 10;

let settings = {
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
    density: settings.density,
    text_percent: settings.text,
    light: settings.theme === "light" ? "yes" : "no",
    layout: settings.layout,
  });
  const headers = JSON.parse(document.body.getAttribute("hx-headers"));
  try {
    await fetch(page.dataset.saveUrl, { method: "POST", body, headers });
  } catch (refused) {
    console.info("The display settings were not saved:", refused.message);
  }
}

function keep() {
  if (page.dataset.saveUrl) {
    clearTimeout(saving);
    saving = setTimeout(send, SAVE_AFTER_MS);
    return;
  }
  try {
    localStorage.setItem(STORE, JSON.stringify(settings));
  } catch (refused) {
    console.info("The display settings were not saved:", refused.message);
  }
}

function apply() {
  page.dataset.density = settings.density;
  page.dataset.theme = settings.theme;
  page.dataset.layout = settings.layout;
  page.dataset.text = String(settings.text);
  page.style.setProperty("--text-scale", String(settings.text / 100));
  const form = document.getElementById("screen-form");
  for (const name of ["density", "theme", "layout"]) {
    for (const input of form.querySelectorAll(`input[name="${name}"]`)) input.checked = input.value === settings[name];
  }
  document.getElementById("text-percent").textContent = `${settings.text} %`;
  changed();
}

function change(part) {
  settings = { ...settings, ...part };
  apply();
  keep();
}

/** Return the text size in percent after `by` steps, within the limits. */
export function textSize(percent, by, smallest, largest) {
  return Math.min(largest, Math.max(smallest, percent + by * STEP));
}

/** Make the text larger (1) or smaller (-1). */
export function resizeText(by) {
  change({ text: textSize(settings.text, by, Number(page.dataset.smallest), Number(page.dataset.largest)) });
}

/** Switch between the layouts "station" (one list of tickets) and "columns". */
export function toggleLayout() {
  change({ layout: settings.layout === "columns" ? "station" : "columns" });
}

/** Return whether the tickets stand in columns. */
export const isColumns = () => page.dataset.layout === "columns" && isPaged();

/** Open the dialog with the display settings. */
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

/** Apply the kept display settings; `after` is called whenever the board must be arranged again. */
export function startScreen(after) {
  changed = after;
  if (!page.dataset.saveUrl) {
    const kept = remembered();
    for (const name of Object.keys(settings)) {
      if (typeof kept[name] === typeof settings[name]) settings[name] = kept[name];
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
