// A stand-in for the parts of a browser's page that the tested modules use: elements, a document and events.
// It is not a DOM: it holds what a test puts in and records what a module does.

/** An element with an id, attributes, a dataset and children. */
export class FakeElement {
  constructor(id, { data = {}, attributes = {}, children = [], localName = "li", classes = [] } = {}) {
    Object.assign(this, { id, localName, dataset: { ...data }, attributes: { ...attributes }, children: [] });
    this.classList = { contains: (name) => classes.includes(name) };
    this.parentElement = null;
    this.listeners = {};
    this.namespaceURI = "http://www.w3.org/1999/xhtml";
    for (const child of children) this.insertBefore(child, null);
  }

  getAttribute(name) {
    return this.attributes[name] ?? null;
  }

  hasAttribute(name) {
    return name in this.attributes;
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  insertBefore(child, place) {
    child.remove();
    this.children.splice(place ? this.children.indexOf(place) : this.children.length, 0, child);
    child.parentElement = this;
  }

  remove() {
    if (this.parentElement) this.parentElement.children = this.parentElement.children.filter((each) => each !== this);
    this.parentElement = null;
  }

  addEventListener(type, listener) {
    this.listeners[type] = listener;
  }

  dispatchEvent(event) {
    this.listeners[event.type]?.(event);
    return !event.defaultPrevented;
  }

  find(id) {
    if (this.id === id) return this;
    for (const child of this.children) {
      const found = child.find(id);
      if (found) return found;
    }
    return null;
  }
}

/** Put a page with these elements in place of the browser's globals; return its document. */
export function openPage(...elements) {
  const listeners = {};
  const body = new FakeElement("body", { children: elements });
  globalThis.document = {
    body,
    documentElement: new FakeElement("html", { data: { text: "100", layout: "station" } }),
    activeElement: null,
    addEventListener: (type, listener) => {
      listeners[type] = [...(listeners[type] ?? []), listener];
    },
    dispatchEvent: (event) => {
      for (const listener of listeners[event.type] ?? []) listener(event);
    },
    getElementById: (id) => body.find(id),
    querySelector: () => null,
    querySelectorAll: () => [],
    createElementNS: (namespaceURI, localName) => Object.assign(new FakeElement("", { localName }), { namespaceURI }),
    createElement: () => new FakeTemplate(),
  };
  setPaged(true);
  globalThis.CustomEvent ??= class extends Event {}; // Node.js 18 has none
  return globalThis.document;
}

/** Set whether the style sheet lays the tickets out in pages; a small screen scrolls. */
export function setPaged(paged) {
  globalThis.getComputedStyle = () => ({ getPropertyValue: (name) => (name === "--paged" && paged ? " 1" : "") });
}

const parsed = new Map();

/** Return "HTML" that a template parses into these fragments. */
export function htmlOf(...fragments) {
  const html = `<html ${parsed.size} hx-swap-oob>`;
  parsed.set(html, fragments);
  return html;
}

/** A template whose HTML reads as the ids of the fragments that are left in it. */
class FakeTemplate {
  set innerHTML(html) {
    this.content = new FakeElement("", { children: parsed.get(html) });
    this.content.querySelectorAll = () => this.content.children.filter((each) => each.localName === "template");
  }

  get innerHTML() {
    return this.content.children.map((each) => each.id).join(" ");
  }
}
