// What cannot be taken back on the server is sent three seconds after the press. Until then the page shows it as done and a
// bar offers the way back: no question asked, and none needed.
//
//   data-later="Table 7: taken to the table"   on the element with hx-post, which has an id
//   data-going                                 is set on the order around it (data-order), meanwhile
//
// Nothing is lost: what waits is sent when the page or its sheet closes, and before any other act of that sheet. Without this
// file the press sends at once.

const WAIT_MS = 3000;

const waiting = new Map(); // id of the element: { path, timer, text }
const sending = new Set();

function showBar() {
  document.getElementById("later")?.remove();
  const last = [...waiting].pop();
  if (!last) return;
  const [id, { text }] = last;
  const bar = document.createElement("div");
  bar.id = "later";
  bar.className = "toast later";
  bar.setAttribute("role", "status");
  const way = document.createElement("button");
  way.className = "button";
  way.type = "button";
  way.dataset.act = "undo";
  way.innerHTML = document.documentElement.dataset.screen === "kitchen" ? "Undo <kbd>U</kbd>" : "Undo";
  way.addEventListener("click", () => takeBack(id));
  bar.append(text, way);
  (document.querySelector("dialog[open]") ?? document.body).append(bar);
}

function showGoing() {
  for (const marked of document.querySelectorAll("[data-going]")) marked.removeAttribute("data-going");
  for (const id of [...waiting.keys(), ...sending]) {
    const order = document.getElementById(id)?.closest("[data-order]");
    if (order) order.dataset.going = "";
    else forget(id); // somebody else did it, or it is not to be done any more
  }
}

function forget(id) {
  if (!waiting.has(id)) return;
  clearTimeout(waiting.get(id).timer);
  waiting.delete(id);
  showBar();
}

function takeBack(id) {
  forget(id);
  showGoing();
  const element = document.getElementById(id);
  (element?.matches("button") ? element : element?.querySelector("button"))?.focus({ preventScroll: true });
}

/** Send it as the element itself would; its order looks done until the answer says so. Resolves when it is answered. */
async function send(id, context = {}) {
  const { path } = waiting.get(id);
  const element = document.getElementById(id);
  forget(id);
  if (!element) return;
  sending.add(id);
  await window.htmx.ajax("POST", path, { source: element, ...context }).catch(() => {}); // notices.js has said what is wrong
  sending.delete(id);
  showGoing();
}

/** The page goes away: nobody reads the answer. */
function sendAll() {
  const headers = JSON.parse(document.body.getAttribute("hx-headers"));
  for (const [id, { path }] of waiting) {
    forget(id);
    fetch(path, { method: "POST", headers, keepalive: true });
  }
}

/** What waits and stands in this part of the page. */
function within(part) {
  return [...waiting.keys()].filter((id) => part?.contains(document.getElementById(id)));
}

function onRequest(event) {
  const { elt, path, verb, issueRequest } = event.detail;
  if (verb !== "post" || sending.has(elt.id)) return;
  if (elt.dataset.later) {
    event.preventDefault();
    if (waiting.has(elt.id)) return;
    waiting.set(elt.id, { path, text: elt.dataset.later, timer: setTimeout(() => send(elt.id), WAIT_MS) });
    showGoing();
    showBar();
    return;
  }
  const before = within(elt.closest("#sheet-table"));
  if (!before.length) return;
  event.preventDefault();
  Promise.all(before.map((id) => send(id, { swap: "none" }))).then(() => issueRequest(true));
}

document.addEventListener("htmx:confirm", onRequest);
document.addEventListener("bistro:swapped", showGoing);
document.addEventListener("close", ({ target }) => within(target).forEach((id) => send(id, { swap: "none" })), true);
window.addEventListener("pagehide", sendAll);
