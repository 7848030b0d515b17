// Delayed requests, which can be undone until they are sent.

import { say, toastPlace } from "./notices.js";
import { word } from "./words.js";

const WAIT_MS = 3000;

const waiting = new Map(); // id of the button -> { path, text, body, timer, id of the ticket (order), its data-done (done) }
const sending = new Map(); // id of the button -> { path, answered }
let shown = null; // id of the button whose act the bar offers to undo

const buttonOf = (id) => document.getElementById(id);
const nameOf = (ticket) => ticket.querySelector(".ticket__table, .need__name").textContent;
const ticketOf = (id) => buttonOf(id)?.closest("[data-done]");

function showBar() {
  const last = [...waiting.keys()].pop() ?? null;
  if (last === shown) return;
  shown = last;
  document.getElementById("later-bar")?.remove();
  if (!last) return;
  const bar = document.createElement("div");
  bar.id = "later-bar";
  bar.className = "toast";
  const way = document.createElement("button");
  way.className = "button";
  way.type = "button";
  way.dataset.act = "undo";
  way.innerHTML = `${word("Undo")} <kbd>U</kbd>`;
  way.addEventListener("click", () => takeBack(last));
  const words = document.createElement("span");
  words.textContent = waiting.get(last).text;
  bar.append(words, way);
  (document.getElementById("later") ?? toastPlace()).append(bar);
}

function showGoing() {
  for (const marked of document.querySelectorAll("[data-done][data-going]")) marked.removeAttribute("data-going");
  for (const id of [...waiting.keys(), ...sending.keys()]) {
    const ticket = ticketOf(id);
    if (ticket) ticket.dataset.going = "";
  }
  showBar();
  document.dispatchEvent(new CustomEvent("bistro:going"));
}

function forget(id) {
  clearTimeout(waiting.get(id)?.timer);
  waiting.delete(id);
}

function takeBack(id) {
  forget(id);
  showGoing();
  buttonOf(id)?.focus({ preventScroll: true });
}

/** After a push, cancel the requests of tickets that changed or left; a person must look at a changed ticket again. */
function lookAgain() {
  for (const [id, { order, done }] of waiting) {
    const ticket = document.getElementById(order);
    if (ticket && buttonOf(id) && ticket.dataset.done === done) continue;
    forget(id);
    if (ticket) say(word("{ticket} has changed. Check it again.", { ticket: nameOf(ticket) }));
  }
  showGoing();
}

/** Send the request of a button. The promise resolves with the answer; notices.js reports errors. */
function send(id) {
  const { path, body } = waiting.get(id);
  forget(id);
  const entry = { path, body };
  sending.set(id, entry); // before htmx fires htmx:confirm for it
  const ended = () => {
    sending.delete(id);
    showGoing();
  };
  entry.answered = window.htmx.ajax("POST", path, { source: buttonOf(id) }).then(ended, ended);
  showBar();
  return entry.answered;
}

/** Send all requests because the page is being left; nobody reads their answers.
 *
 * Requests `underWay` may be lost with the page, so they are sent again: the server refuses the second one. */
function sendAll(underWay = []) {
  const headers = JSON.parse(document.body.getAttribute("hx-headers"));
  for (const { path, body } of [...waiting.values(), ...underWay]) {
    fetch(path, { method: "POST", headers, body, keepalive: true, redirect: "manual" }).catch(() => {});
  }
  for (const id of [...waiting.keys()]) forget(id);
  showGoing();
}

function take(event) {
  const { id, dataset } = event.detail.elt;
  event.preventDefault();
  if (waiting.has(id)) return;
  const ticket = ticketOf(id);
  const seconds = Number(event.detail.elt.closest("[data-later-seconds]")?.dataset.laterSeconds);
  const timer = setTimeout(() => send(id), seconds ? seconds * 1000 : WAIT_MS);
  const { name, value, form } = event.detail.elt;
  const body = new URLSearchParams(form ? new FormData(form) : []);
  if (name) body.append(name, value);
  const { id: order, dataset: of } = ticket;
  waiting.set(id, { path: event.detail.path, text: dataset.later, body, order, done: of.done, timer });
  showGoing();
}

/** Send the order's delayed request before its next course is fired, then press the button from the answer. */
function letItGoFirst(event, before) {
  event.preventDefault();
  const { id } = event.detail.elt;
  const answered = waiting.has(before) ? send(before) : sending.get(before).answered;
  answered.then(() => buttonOf(id)?.click());
}

function onRequest(event) {
  const { elt, verb } = event.detail;
  if (verb !== "post" || sending.has(elt.id)) return;
  const before = `deliver-${elt.dataset.fire}`;
  if (elt.dataset.later) take(event);
  else if (waiting.has(before) || sending.has(before)) letItGoFirst(event, before);
}

document.addEventListener("htmx:confirm", onRequest);
document.addEventListener("bistro:swapped", lookAgain);
document.addEventListener("visibilitychange", () => document.hidden && sendAll());
window.addEventListener("pagehide", () => sendAll(sending.values()));
