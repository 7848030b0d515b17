// Toasts: the messages of a page. Each has a cause and ends with it.

const WORDS = {
  401: "You are signed out. Sign in and try again.",
  403: "Not allowed, or the page was open for too long. Reload the page and try again.",
  404: "Already gone. Someone else may have finished it.",
  413: "Too much at once.",
  429: "Too many requests. Wait a moment and try again.",
  503: "The server is busy. Wait a moment and try again.",
};

// Refusals that need another word than their status has, by the header Bistro-Problem.
const REASONS = {
  storage_full: "The server's disk is full, so nothing was saved. Tell the owner; then try again.",
  storage_damaged: "The server's database is damaged. Tell the owner: the newest backup must be restored.",
};

const ANSWER = "answer"; // cause: the answer to the last request
const CONNECTION = "connection";

/** Return the element that holds the toasts: in an open dialog, because the page behind it cannot be pressed. */
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
  toast.append(buttonFor("Close", () => toast.remove()));
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
  const shown = element.isConnected ? element : document.getElementById(element.id);
  if (shown) window.htmx.ajax(verb.toUpperCase(), path, { source: shown });
  else window.htmx.ajax(verb.toUpperCase(), path, { target: "body", swap: "none", values: formData });
}

/** Keep a request that did not reach the server on the screen, so that a person can send it again. */
function keepUnsent({ elt, requestConfig }, text) {
  if (requestConfig.verb !== "post") {
    say(text, { cause: CONNECTION });
    return;
  }
  const act = { label: "Try again", run: () => sendAgain(elt, requestConfig) };
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
  say(
    REASONS[detail.xhr.getResponseHeader("Bistro-Problem")] ??
      WORDS[detail.xhr.status] ??
      "Something went wrong on the server. Nothing was changed. Try again.",
  );
});
document.addEventListener("htmx:sendError", ({ detail }) => keepUnsent(detail, "No connection, nothing was sent."));
document.addEventListener("htmx:timeout", ({ detail }) =>
  keepUnsent(detail, "No answer yet. Look before you try again."),
);
document.addEventListener("htmx:beforeSwap", (event) => {
  // A whole page instead of a fragment is the sign-in page: the session has ended.
  if (/^\s*<!doctype html/i.test(event.detail.serverResponse ?? "")) {
    event.detail.shouldSwap = false;
    location.reload();
    return;
  }
  hush(ANSWER);
  hush(CONNECTION);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.xhr.status) hush(causeOf(detail.requestConfig)); // it was answered
  if (detail.successful) detail.elt.closest?.(".toast")?.remove(); // it was undone
});
document.addEventListener("bistro:live", () => hush(CONNECTION));
document.addEventListener("htmx:afterSettle", startToastClocks);
document.addEventListener("bistro:swapped", startToastClocks);
startToastClocks();
