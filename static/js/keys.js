// The keys of the wall and the pass: what each one does.

import { fire, holdOrRelease, openDetails, openLine, press, start, undo } from "./acts.js";
import { openKeys, toggleAllDay, toggleRunner } from "./display.js";
import { keyOf } from "./keypad.js";
import { isPaged } from "./numbers.js";
import { turnBy, turnTo, turnToEnd } from "./pages.js";
import { panelKey } from "./panel.js";
import { openScreen, resizeText, toggleLayout, toggleWholeScreen } from "./screen.js";
import { chooseOldest, forgetDigits, letGo, step, stepLine, takeDigit } from "./selection.js";
import { toggleSound } from "./sound.js";
import { stepStation } from "./stations.js";

/** Turn a page, or leave the key to the browser on a screen that scrolls. */
function turn(move) {
  if (!isPaged()) return false;
  move();
  return true;
}

const click = (id) => document.getElementById(id)?.click();

// A function that returns false leaves the key to the browser.
const KEYS = {
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  ArrowDown: () => stepLine(1),
  ArrowUp: () => stepLine(-1),
  PageDown: () => turn(() => turnBy(1)),
  PageUp: () => turn(() => turnBy(-1)),
  Home: () => turn(() => turnTo(0)),
  End: () => turn(turnToEnd),
  s: start,
  h: holdOrRelease,
  f: fire,
  p: openLine,
  x: openLine,
  d: openDetails,
  u: undo,
  Backspace: undo,
  r: () => press("recall-list"),
  a: toggleAllDay,
  k: () => click("load-pauses"),
  l: toggleLayout,
  n: toggleRunner,
  o: openScreen,
  m: toggleSound,
  w: toggleWholeScreen,
  e: () => click("station-expo"),
  "[": () => stepStation(-1),
  "]": () => stepStation(1),
  "+": () => resizeText(1),
  "=": () => resizeText(1),
  "-": () => resizeText(-1),
  "?": openKeys,
  Escape: letGo,
};
const REPEATING = new Set(["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "PageDown", "PageUp", "+", "-", "="]);

function onDigit(event, digit) {
  event.preventDefault();
  if (!event.repeat) takeDigit(digit);
}

/** Leave Enter to the chosen button; a key that is held down must not finish the next ticket. */
function onEnter(event) {
  if (event.repeat || chooseOldest(event)) event.preventDefault();
}

function onWallKey(event, key) {
  if (/^[0-9]$/.test(key)) {
    onDigit(event, key);
    return;
  }
  forgetDigits();
  if (key === "Enter") {
    onEnter(event);
    return;
  }
  const run = KEYS[key];
  if (!run || (event.repeat && !REPEATING.has(key))) return;
  if (run() !== false) event.preventDefault();
}

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const key = keyOf(event);
  if (document.getElementById("panel").open) panelKey(event, key);
  else if (!event.target.closest?.("dialog[open], input, select, textarea")) onWallKey(event, key);
}

/** Obey the keys from now on. */
export function startKeys() {
  document.addEventListener("keydown", onKey);
}
