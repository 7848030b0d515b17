// Toasts: the messages of a page. Each has a cause and ends with it.

import { refusals, word } from "./words.js";

const ANSWER = "answer"; // cause: the answer to the last request
const CONNECTION = "connection";

/** Return the element that holds the toasts: in an open dialog, because the page behind is inert. */
export function toastPlace() {
  const dialog = document.querySelector("dialog[open]");
  if (dialog) return dialog.querySelector(".toasts") ?? dialog;
  return document.getElementById("toasts") ?? document.body;
}

const withCause = (cause) =>
  [...document.querySelectorAll("[data-cause]")].filter((toast) => toast.dataset.cause === cause);

/** End the toasts of a cause. */
export function hush(cause = ANSWER) {
  for (const toast of withCause(cause)) toast.remove();
}

function buttonFor(label, run) {
  const button = document.createElement("button");
  button.className = "button";
  button.type = "button";
  button.textContent = label;
  button.addEventListener("click", run);
  return button;
}

/** Show a toast that ends with its cause, or when a person closes it. `act` is { label, run } of a button. */
export function say(text, { cause = ANSWER, act = null } = {}) {
  hush(cause);
  const toast = document.createElement("div");
  const words = document.createElement("span");
  words.textContent = text;
  toast.className = "toast";
  toast.dataset.cause = cause;
  toast.setAttribute("role", "alert");
  toast.append(words);
  if (act) toast.append(buttonFor(act.label, act.run));
  toast.append(buttonFor(word("Close"), () => toast.remove()));
  toastPlace().append(toast);
}

// --- requests that were not sent ---

const causeOf = ({ verb, path }) => `unsent ${verb} ${path}`;

/** Return what a person pressed, in words. */
function labelOf(element) {
  const button = element.matches("form") ? element.querySelector("button") : element;
  return button.textContent.trim().replace(/\s+/g, " ").replace(" :", ":");
}

function sendAgain(element, { verb, path, formData }) {
  // The verb is part of the toast's cause.
  const shown = element.isConnected ? element : document.getElementById(element.id);
  const context = shown ? { source: shown } : { target: "body", swap: "none", values: formData };
  window.htmx.ajax(verb, path, context).catch(() => {}); // events tell why it failed
}

/** Keep a request that did not reach the server, so that a person can send it again. */
function keepUnsent({ elt, requestConfig }, text) {
  if (requestConfig.verb !== "post") {
    say(text, { cause: CONNECTION });
    return;
  }
  const act = { label: word("Try again"), run: () => sendAgain(elt, requestConfig) };
  say(`${text} ${labelOf(elt)}`, { cause: causeOf(requestConfig), act });
}

// --- toasts with a lifetime ---

function startToastClocks() {
  for (const toast of document.querySelectorAll("[data-toast-seconds]:not([data-toast-running])")) {
    toast.dataset.toastRunning = "";
    setTimeout(() => toast.remove(), Number(toast.dataset.toastSeconds) * 1000);
  }
}

document.addEventListener("htmx:responseError", ({ detail }) => {
  const { xhr } = detail;
  say(refusals[xhr.getResponseHeader("Bistro-Problem")] ?? refusals[xhr.status] ?? refusals.other);
});
document.addEventListener("htmx:sendError", ({ detail }) => keepUnsent(detail, refusals.unsent));
document.addEventListener("htmx:timeout", ({ detail }) => keepUnsent(detail, refusals.unanswered));
document.addEventListener("htmx:beforeSwap", (event) => {
  // A whole page instead of a fragment is the sign-in page: the session has ended.
  if (/^\s*<!doctype html/i.test(event.detail.serverResponse ?? "")) {
    event.detail.shouldSwap = false;
    location.reload();
    return;
  }
  hush(ANSWER);
  hush(CONNECTION);
  hush(causeOf(event.detail.requestConfig)); // an event after the swap may get lost
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful) detail.elt.closest?.(".toast")?.remove(); // it was undone
});
document.addEventListener("bistro:live", () => hush(CONNECTION));
document.addEventListener("htmx:afterSettle", startToastClocks);
document.addEventListener("bistro:swapped", startToastClocks);
startToastClocks();
