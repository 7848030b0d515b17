// Placement of fragments from the server (docs/adr/0013-fragments.md).

/** Return the child of `list` before which an element with this sort key belongs, or null for the end. */
export function placeIn(list, key) {
  for (const child of list.children) {
    if (child.dataset.sort > key) return child;
  }
  return null;
}

/** Return whether a fragment is older than the element that the page shows. */
export function isOlder(element, shown) {
  return Number(element.dataset.version) < Number(shown.dataset.version);
}

/** Move an element of the page to the place of its new sort key, without losing the focus where the browser can. */
function moveInList(shown, list, key) {
  shown.dataset.sort = key;
  const place = placeIn(list, key);
  if (list.moveBefore) list.moveBefore(shown, place);
  else list.insertBefore(shown, place);
}

/** Ask the page whether an element may be removed ("leaving") or moved ("moving") now, or should stay for a moment. */
function may(what, shown) {
  return shown.dispatchEvent(new CustomEvent(`bistro:${what}`, { bubbles: true, cancelable: true }));
}

/** Make room for a fragment in the page, or remove the fragment when the page has no place for it. */
function makeRoom(element) {
  const shown = document.getElementById(element.id);
  const list = element.dataset.into && document.getElementById(element.dataset.into);
  const key = element.dataset.sort ?? "";
  if (shown && element.getAttribute("hx-swap-oob") === "delete") {
    if (!may("leaving", shown)) element.remove();
  } else if (shown) {
    if (isOlder(element, shown)) element.remove();
    else if (list && key !== (shown.dataset.sort ?? "") && may("moving", shown)) moveInList(shown, list, key);
  } else if (list) {
    const room = document.createElementNS(list.namespaceURI, element.localName);
    room.id = element.id;
    room.dataset.sort = key;
    list.insertBefore(room, placeIn(list, key));
  } else {
    element.remove();
  }
}

/** Return all fragments, also those in a `<template><svg>` wrapper, because SVG parts cannot stand alone in HTML. */
function fragmentsOf(content) {
  const wrapped = [...content.querySelectorAll("template")].flatMap((each) => [
    ...each.content.querySelectorAll("[id][hx-swap-oob]"),
  ]);
  return [...content.children].filter((each) => each.localName !== "template").concat(wrapped);
}

/** Make room in the page for each fragment of `html`, and return the HTML that htmx is to swap in. */
export function prepare(html, pushed) {
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

/** Tell the other modules that the page changed, once for several swaps in a row. */
function announce() {
  if (announced) return;
  announced = true;
  queueMicrotask(() => {
    announced = false;
    document.dispatchEvent(new CustomEvent("bistro:swapped"));
  });
}

/** Let htmx swap the fragments in, so that their forms and links work. */
function swapIn(html) {
  window.htmx.swap(document.body, html, { swapStyle: "none", settleDelay: 0 });
  announce();
}

/** Swap the fragments of a pushed message into the page. */
export function applyPushed(html) {
  if (html) swapIn(prepare(html, true));
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.shouldSwap || !detail.serverResponse?.includes("hx-swap-oob")) return;
  if (detail.target === document.body) {
    // The answer holds fragments only (hx-target="body" hx-swap="none"). htmx would look for their places from the
    // pressed button, and a push may have removed that button already.
    detail.shouldSwap = false;
    swapIn(prepare(detail.serverResponse, false));
  } else {
    detail.serverResponse = prepare(detail.serverResponse, false);
  }
});
document.addEventListener("htmx:afterSettle", announce);
document.addEventListener("htmx:afterRequest", announce);
