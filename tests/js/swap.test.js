// Tests of static/js/swap.js: where a fragment goes, and which fragments the page refuses.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { FakeElement, htmlOf, openPage } from "./page.js";

openPage();
const { applyPushed, isOlder, placeIn, prepare } = await import("../../static/js/swap.js");
const page = globalThis.document; // the page on which the module listens

const ticket = (id, sort, data = {}) => new FakeElement(id, { data: { sort, ...data } });
const fragment = (id, data, attributes = {}) => new FakeElement(id, { data, attributes });
const ids = (list) => list.children.map((each) => each.id);

let list;

beforeEach(() => {
  list = new FakeElement("tickets", { children: [ticket("a", "10"), ticket("b", "20", { version: "7" })] });
  openPage(list);
});

test("a sort key has its place before the next greater key", () => {
  assert.equal(placeIn(list, "15"), list.children[1]);
  assert.equal(placeIn(list, "05"), list.children[0]);
});

test("the greatest key has its place at the end", () => {
  assert.equal(placeIn(list, "30"), null);
});

test("equal keys keep the order of arrival", () => {
  assert.equal(placeIn(list, "10"), list.children[1]);
});

test("only a smaller version is older, and versions are numbers", () => {
  const shown = { dataset: { version: "9" } };
  const older = ["8", "9", "10"].map((version) => isOlder({ dataset: { version } }, shown));
  assert.deepEqual(older, [true, false, false]);
});

test("a fragment without a version is never older", () => {
  assert.equal(isOlder({ dataset: {} }, { dataset: {} }), false);
});

test("a new fragment gets a placeholder in its list, in order", () => {
  const html = prepare(htmlOf(fragment("c", { into: "tickets", sort: "15" })), true);
  assert.deepEqual(ids(list), ["a", "c", "b"]);
  assert.equal(list.children[1].dataset.sort, "15");
  assert.equal(html, "c");
});

test("a new fragment without a list of this page is dropped", () => {
  assert.equal(prepare(htmlOf(fragment("c", { into: "other", sort: "15" }), fragment("d", {})), true), "");
  assert.deepEqual(ids(list), ["a", "b"]);
});

test("an older version is dropped and moves nothing", () => {
  const html = prepare(htmlOf(fragment("b", { into: "tickets", sort: "05", version: "6" })), true);
  assert.equal(html, "");
  assert.deepEqual(ids(list), ["a", "b"]);
});

test("the same version is taken again", () => {
  assert.equal(prepare(htmlOf(fragment("b", { into: "tickets", sort: "20", version: "7" })), true), "b");
});

test("a new sort key moves the element that is shown", () => {
  prepare(htmlOf(fragment("b", { into: "tickets", sort: "05", version: "8" })), true);
  assert.deepEqual(ids(list), ["b", "a"]);
});

test("a browser that can moves the element without losing its focus", () => {
  const moved = [];
  list.moveBefore = (shown, place) => moved.push([shown.id, place?.id ?? null]);
  prepare(htmlOf(fragment("a", { into: "tickets", sort: "25" })), true);
  assert.deepEqual(moved, [["a", null]]);
});

test("a pushed fragment replaces its element without an attribute", () => {
  const pushed = fragment("a", {});
  prepare(htmlOf(pushed), true);
  assert.equal(pushed.getAttribute("hx-swap-oob"), "true");
});

test("an answer's fragment without the attribute is left to htmx", () => {
  const answered = fragment("unknown", {});
  assert.equal(prepare(htmlOf(answered), false), "unknown");
  assert.equal(answered.hasAttribute("hx-swap-oob"), false);
});

test("a deletion is handed to htmx", () => {
  assert.equal(prepare(htmlOf(fragment("a", {}, { "hx-swap-oob": "delete" })), true), "a");
});

test("a page that keeps an element stops its deletion", () => {
  list.children[0].addEventListener("bistro:leaving", (event) => event.preventDefault());
  assert.equal(prepare(htmlOf(fragment("a", {}, { "hx-swap-oob": "delete" })), true), "");
  assert.deepEqual(ids(list), ["a", "b"]);
});

test("fragments in a template (SVG parts) are placed too", () => {
  const part = fragment("c", { into: "tickets", sort: "15" }, { "hx-swap-oob": "true" });
  const wrapper = new FakeElement("", { localName: "template" });
  wrapper.content = { querySelectorAll: () => [part] };
  prepare(htmlOf(wrapper), true);
  assert.deepEqual(ids(list), ["a", "c", "b"]);
});

test("a placeholder has the namespace of its list", () => {
  list.namespaceURI = "http://www.w3.org/2000/svg";
  prepare(htmlOf(fragment("c", { into: "tickets", sort: "15" })), true);
  assert.equal(list.children[1].namespaceURI, "http://www.w3.org/2000/svg");
});

test("several pushes in a row are announced once", async () => {
  let announced = 0;
  globalThis.document.addEventListener("bistro:swapped", () => {
    announced += 1;
  });
  globalThis.window = { htmx: { swap: () => {} } };
  applyPushed(htmlOf(fragment("a", {})));
  applyPushed(htmlOf(fragment("b", { version: "8" })));
  await Promise.resolve();
  assert.equal(announced, 1);
});

/** Answer an htmx request whose target is `target`; return htmx's detail and the HTML that was swapped at once. */
function answer(target) {
  const swapped = [];
  globalThis.window = { htmx: { swap: (_target, html) => swapped.push(html) } };
  const oob = { "hx-swap-oob": "true" };
  const serverResponse = htmlOf(fragment("a", {}, oob), fragment("gone", {}, oob));
  const detail = { shouldSwap: true, target, serverResponse };
  page.dispatchEvent({ type: "htmx:beforeSwap", detail });
  return { detail, swapped };
}

test("an answer for the body is swapped by this module, without what the page has no place for", () => {
  const { detail, swapped } = answer(globalThis.document.body);
  assert.deepEqual(swapped, ["a"]);
  assert.equal(detail.shouldSwap, false);
});

test("an answer for an element is left to htmx, without what the page has no place for", () => {
  const { detail, swapped } = answer(list);
  assert.deepEqual(swapped, []);
  assert.equal(detail.serverResponse, "a");
  assert.equal(detail.shouldSwap, true);
});
