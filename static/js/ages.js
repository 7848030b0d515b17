// Durations and ages in words.

import { word } from "./words.js";

/** Return a duration in words: "now", "7 min", "1 h 05", "2 d". */
export function inWords(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return word("now");
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
  return `${Math.floor(minutes / (24 * 60))} d`;
}

/** Return the time left until a moment: "in 3 min", "now". */
export function untilInWords(seconds) {
  const minutes = Math.ceil(seconds / 60);
  return minutes > 0 ? word("in {minutes} min", { minutes }) : word("now");
}

/** Return the age of a ticket: "new", "soon" after `soon` seconds, "late" after `late` seconds. */
export function ageOf(seconds, soon, late) {
  if (seconds >= late) return "late";
  return seconds >= soon ? "soon" : "new";
}

/** Write a text where it is another one. */
export function write(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}
