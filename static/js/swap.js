// Puts fragments from the server into the page. Every fragment is one element with an id and says itself how it goes in:
//   hx-swap-oob="true"     takes the place of the element with its id (also when the attribute is absent in a pushed page message)
//   hx-swap-oob="delete"   removes it
//   data-into="<list id>"  the list it belongs to, where its place follows from data-sort
//   data-version           an older version never replaces a newer one
// The same rules hold for what the socket pushes and for what an htmx request answers, so that one partial serves both.

/** The child of `list` before which an element with this sort key belongs; null for the end. */
function placeIn(list, key) {
  for (const child of list.children) {
    if (child.dataset.sort > key) return child;
  }
  return null;
}

function isOlder(element, shown) {
  return Number(element.dataset.version) < Number(shown.dataset.version);
}

/** Move an element that is already there to where its new sort key puts it, without losing the keyboard's focus. */
function moveInList(shown, list, key) {
  shown.dataset.sort = key;
  const place = placeIn(list, key);
  if (list.moveBefore) list.moveBefore(shown, place);
  else list.insertBefore(shown, place);
}

/** Ask the page whether an element may be removed now; a page may keep it for a moment and remove it itself. */
function mayLeave(shown) {
  return shown.dispatchEvent(new CustomEvent("bistro:leaving", { bubbles: true, cancelable: true }));
}

/** Make room for one fragment, or drop it when this page has no use for it. */
function makeRoom(element) {
  const shown = document.getElementById(element.id);
  const list = element.dataset.into && document.getElementById(element.dataset.into);
  const key = element.dataset.sort ?? "";
  if (shown && element.getAttribute("hx-swap-oob") === "delete") {
    if (!mayLeave(shown)) element.remove();
  } else if (shown) {
    if (isOlder(element, shown)) element.remove();
    else if (list && key !== (shown.dataset.sort ?? "")) moveInList(shown, list, key);
  } else if (list) {
    const room = document.createElementNS(list.namespaceURI, element.localName);
    room.id = element.id;
    room.dataset.sort = key;
    list.insertBefore(room, placeIn(list, key));
  } else {
    element.remove();
  }
}

/** The fragments of `html`, those in a `<template><svg>` wrapper too: SVG parts cannot stand alone in HTML. */
function fragmentsOf(content) {
  const wrapped = [...content.querySelectorAll("template")].flatMap((each) => [
    ...each.content.querySelectorAll("[id][hx-swap-oob]"),
  ]);
  return [...content.children].filter((each) => each.localName !== "template").concat(wrapped);
}

function prepare(html, pushed) {
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const element of fragmentsOf(template.content)) {
    if (!element.id) continue;
    if (pushed && !element.hasAttribute("hx-swap-oob")) element.setAttribute("hx-swap-oob", "true");
    if (element.hasAttribute("hx-swap-oob")) makeRoom(element);
  }
  return template.innerHTML;
}

let announced = false;

/** Tell the page's other modules, once for a burst of swaps, that something in it changed. */
function announce() {
  if (announced) return;
  announced = true;
  queueMicrotask(() => {
    announced = false;
    document.dispatchEvent(new CustomEvent("bistro:swapped"));
  });
}

/** htmx swaps, so that the new forms and links work. */
function swapIn(html) {
  window.htmx.swap(document.body, html, { swapStyle: "none", settleDelay: 0 });
  announce();
}

/** Swap pushed fragments in. */
export function applyPushed(html) {
  if (html) swapIn(prepare(html, true));
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.shouldSwap || !detail.serverResponse?.includes("hx-swap-oob")) return;
  if (detail.target === document.body) {
    // Fragments only (hx-target="body" hx-swap="none"). htmx would look for their places beside the button that was
    // pressed, and a push may have taken that away already.
    detail.shouldSwap = false;
    swapIn(prepare(detail.serverResponse, false));
  } else {
    detail.serverResponse = prepare(detail.serverResponse, false);
  }
});
document.addEventListener("htmx:afterSettle", announce);
document.addEventListener("htmx:afterRequest", announce);
