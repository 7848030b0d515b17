// The server's time on this screen, because a tablet's own clock may be hours off.

import { inWords, untilInWords, write } from "./ages.js";

let base = Date.now();
let heardAt = performance.now();

/** Set the time of this screen to the server's time (ISO text). */
export function setServerTime(iso) {
  const told = Date.parse(iso);
  if (Number.isNaN(told)) return;
  base = told;
  heardAt = performance.now();
}

/** Return the server's time in milliseconds since 1970. */
export function serverNow() {
  return base + (performance.now() - heardAt);
}

/** Return the server's time in the restaurant's time zone: "19:47:03". */
export function clockText() {
  const timeZone = document.documentElement.dataset.timezone || undefined;
  return new Date(serverNow()).toLocaleTimeString("en-GB", { timeZone });
}

export function secondsSince(iso) {
  return (serverNow() - Date.parse(iso)) / 1000;
}

/** Update each time on the page. */
export function tick() {
  for (const element of document.querySelectorAll("[data-since]")) {
    write(element, inWords(secondsSince(element.dataset.since)));
  }
  for (const element of document.querySelectorAll("[data-until]")) {
    write(element, untilInWords(-secondsSince(element.dataset.until)));
  }
}

const now = document.querySelector("[data-now]")?.dataset.now;
if (now) setServerTime(now);
document.addEventListener("bistro:swapped", tick);
setInterval(tick, 1000);
tick();
