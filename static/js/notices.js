// Notices about htmx requests that failed without a fragment from the server, and the removal of undo bars after
// their time.

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

let shown = null;

function hush() {
  shown?.remove();
  shown = null;
}

/** Show a notice, inside an open dialog if there is one, because the page behind it cannot be read or pressed. */
export function say(text) {
  hush();
  const close = document.createElement("button");
  close.className = "button";
  close.type = "button";
  close.textContent = "Close";
  close.addEventListener("click", hush);
  shown = document.createElement("div");
  shown.className = "toast";
  shown.setAttribute("role", "alert");
  shown.append(text, close);
  (document.querySelector("dialog[open]") ?? document.body).append(shown);
}

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
document.addEventListener("htmx:sendError", () =>
  say("No connection. Nothing was sent. Try again when the page is LIVE."),
);
document.addEventListener("htmx:timeout", () => say("No answer yet. Check the page, then try again."));
document.addEventListener("htmx:beforeSwap", (event) => {
  // A whole page instead of a fragment is the sign-in page: the session has ended.
  if (/^\s*<!doctype html/i.test(event.detail.serverResponse ?? "")) {
    event.detail.shouldSwap = false;
    location.reload();
    return;
  }
  hush();
});
document.addEventListener("htmx:afterSettle", startToastClocks);
startToastClocks();
