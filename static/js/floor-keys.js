// The keys of the floor: T and a number open a table, U undoes, N goes to the first table that needs somebody, ? shows the keys.

import { hush, say } from "./notices.js";
import { numberOf } from "./room.js";
import { word } from "./words.js";

const TYPING_MS = 900; // after the last digit the table opens

let typed = null; // the digits after T; null while no number is expected
let timer = null;

function forget() {
  clearTimeout(timer);
  typed = null;
  hush("keys");
}

function openTyped() {
  const wanted = typed;
  forget();
  const links = [...document.querySelectorAll("#tables a")];
  const link = links.find((each) => numberOf(each.getAttribute("aria-label")) === wanted);
  if (link) window.htmx.ajax("GET", link.getAttribute("href"), { target: "#sheet", swap: "innerHTML" });
  else if (wanted) say(word("There is no table {table}.", { table: wanted }), { cause: "keys" });
}

function expectNumber() {
  typed = "";
  say(word("Type the number of the table."), { cause: "keys" });
}

function takeDigit(digit) {
  typed += digit;
  say(word("Table {table}", { table: typed }), { cause: "keys" });
  clearTimeout(timer);
  timer = setTimeout(openTyped, TYPING_MS);
}

const KEYS = {
  t: expectNumber,
  u: () => document.querySelector('[data-act="undo"]')?.click(),
  n: () => document.querySelector("#needs .need:not([data-outside]) a")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
};

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest?.("dialog[open], input, select, textarea")) return;
  if (typed !== null && /^[0-9]$/.test(event.key)) takeDigit(event.key);
  else if (typed !== null && event.key === "Enter") openTyped();
  else if (typed !== null && event.key === "Escape") forget();
  else {
    const run = KEYS[event.key.toLowerCase()];
    if (!run) return;
    run();
  }
  event.preventDefault();
}

document.addEventListener("keydown", onKey);
