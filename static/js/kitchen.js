// The kitchen wall and the pass: connects the modules of both boards.

import { announceNews, showSound } from "./announcements.js";
import { countReady, openKeys, toggleAllDay, toggleRunner } from "./display.js";
import { startKeys } from "./keys.js";
import { startLeaving } from "./leaving.js";
import "./notices.js";
import { arrange, startPages, steadyFor, turnBy } from "./pages.js";
import { startPanel } from "./panel.js";
import { openScreen, resizeText, startScreen, toggleWholeScreen } from "./screen.js";
import { keepChosen, startSelection } from "./selection.js";
import { startSounds, testSounds, toggleSound } from "./sound.js";
import { keepStations, showOwnStations, startStations } from "./stations.js";

const STEADY_MS = 300; // a touch so soon after a ticket moved may have meant another ticket

// What a button with data-tool does.
const TOOLS = {
  "page-back": () => turnBy(-1),
  "page-on": () => turnBy(1),
  "all-day": toggleAllDay,
  runner: toggleRunner,
  sound: toggleSound,
  "sound-test": testSounds,
  keys: openKeys,
  screen: openScreen,
  "text-smaller": () => resizeText(-1),
  "text-larger": () => resizeText(1),
  "whole-screen": toggleWholeScreen,
};

function useTool(event) {
  TOOLS[event.target.closest?.("[data-tool]")?.dataset.tool]?.();
}

/** Drop a touch that comes just after a ticket moved under the finger. */
function guardTouch(event) {
  const ticket = event.target.closest?.(".ticket");
  const byHand = event.isTrusted && event.detail > 0;
  if (!ticket || !byHand || steadyFor(ticket) > STEADY_MS) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

function markSent({ detail }) {
  if (detail.elt.matches?.("[data-main]")) detail.elt.closest(".ticket").dataset.sent = "";
}

function markAnswered({ detail }) {
  detail.elt.closest?.(".ticket")?.removeAttribute("data-sent");
}

function rearrange() {
  document.dispatchEvent(new CustomEvent("bistro:arranging"));
  showOwnStations();
  keepStations();
  countReady();
  arrange();
}

startKeys();
startSelection();
document.addEventListener("click", guardTouch, true);
document.addEventListener("click", useTool);
document.addEventListener("bistro:swapped", () => {
  rearrange();
  keepChosen();
});
document.addEventListener("bistro:going", countReady);
document.addEventListener("htmx:beforeRequest", markSent);
document.addEventListener("htmx:afterRequest", markAnswered);
for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
startStations();
startPanel();
startScreen(rearrange);
startLeaving(rearrange);
startSounds(showSound, announceNews);
startPages();
rearrange();
