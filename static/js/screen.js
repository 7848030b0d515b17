// How this screen shows the wall: density, text, light, layout. A wall screen keeps it on the server, for after the next power
// cut; a person's browser keeps it by itself.

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
    return {}; // storage is off, or holds something that is not ours
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
    console.info("The look was not kept:", refused.message);
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
    console.info("The look was not kept:", refused.message);
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

/** Larger (1) or smaller (-1) text. */
export function resizeText(by) {
  change({
    text: Math.min(Number(page.dataset.largest), Math.max(Number(page.dataset.smallest), look.text + by * STEP)),
  });
}

/** Tickets, or columns. */
export function toggleLayout() {
  change({ layout: look.layout === "columns" ? "station" : "columns" });
}

/** Return whether the board shows three columns. A screen too small for pages shows one list instead. */
export const isColumns = () => page.dataset.layout === "columns" && isPaged();

export function openScreen() {
  dialog().showModal();
}

/** The whole screen, and back; a browser may refuse. */
export async function toggleWholeScreen() {
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await page.requestFullscreen();
  } catch (refused) {
    console.info("Not the whole screen:", refused.message);
  }
}

/** Begin; `after` is called whenever the board must be arranged anew. */
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
