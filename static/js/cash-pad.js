// The keypad for cash: keys and notes fill the field, and the change stands there before the cash is taken.
// Without this module the field and the buttons of the notes are a plain form.

import { changeOf, pressed, typedAs, unitsOf } from "./cash-amounts.js";

const TYPING = "input, select, textarea, [contenteditable]";

function formatter({ locale, currency, digits }) {
  const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits, numberingSystem: "latn" };
  return new Intl.NumberFormat(locale, { style: "currency", currency, ...fixed });
}

/** Return the sign between euros and cents of the house, if the server reads it. */
function signOf(format) {
  const sign = format.formatToParts(1.1).find(({ type }) => type === "decimal")?.value;
  return sign === "," ? "," : ".";
}

class CashPad {
  constructor(root) {
    this.root = root;
    this.terms = JSON.parse(root.dataset.cash);
    this.format = formatter(this.terms);
    this.sign = signOf(this.format);
    this.field = root.elements.given;
    this.take = root.querySelector("[data-cash-take]");
    this.isNote = false; // the next key begins a new amount
    this.isFilled = true; // by a key, a note or the server: a typed digit begins a new amount
  }

  money(units) {
    return this.format.format(units / 10 ** this.terms.digits);
  }

  /** Return the amount in a field, null for an empty one, undefined for a text that is none. */
  read({ value }) {
    return value.trim() ? (unitsOf(value, this.terms.digits) ?? undefined) : null;
  }

  write(units) {
    this.isFilled = true;
    this.field.value = typedAs(units, this.terms.digits, this.sign);
    this.show();
  }

  /** Show the change, or what is missing, and what the button takes. */
  show() {
    const given = this.read(this.field);
    const part = this.read(this.root.elements.amount);
    const now = given === undefined || part === undefined ? null : changeOf(this.terms, part, given);
    const words = now ? this.terms.take.replace("{amount}", this.money(now.given)) : this.take.dataset.cashTake;
    this.take.querySelector("[data-cash-words]").textContent = words;
    this.showChange(now?.change ?? null);
    for (const note of this.root.querySelectorAll("[data-cash-note]")) {
      note.setAttribute("aria-pressed", String(this.read(note) === given));
    }
  }

  showChange(change) {
    const row = this.root.querySelector("[data-cash-change]");
    const isMissing = change < 0;
    row.dataset.state = isMissing ? "late" : "done";
    row.querySelector("[data-cash-words]").textContent = isMissing ? this.terms.missing : this.terms.change;
    row.querySelector("[data-cash-amount]").textContent = change === null ? "–" : this.money(Math.abs(change));
  }

  press(key) {
    const before = this.isNote ? 0 : (this.read(this.field) ?? 0);
    this.isNote = false;
    this.write(pressed(before, key, this.terms.digits));
  }

  choose(note) {
    this.isNote = Boolean(note.value);
    this.write(this.read(note) ?? 0);
  }

  listen() {
    this.root.addEventListener("click", (event) => {
      const note = event.target.closest("[data-cash-note]");
      const key = event.target.closest(".keypad__key");
      if (note) event.preventDefault();
      if (note) this.choose(note);
      else if (key) this.press(key.value);
    });
    this.root.addEventListener("input", ({ target }) => {
      this.isNote = false;
      if (target === this.field) this.isFilled = false;
      this.show();
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.root.requestSubmit(this.take);
    });
    document.addEventListener("keydown", (event) => this.takeDigit(event));
  }

  /** Let a digit that is typed anywhere on the page go into the field. */
  takeDigit(event) {
    if (!/^\d$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.defaultPrevented || event.target.closest(TYPING)) return;
    this.field.focus({ preventScroll: true });
    if (this.isFilled) this.field.select();
  }

  begin() {
    this.field.inputMode = "none"; // the device's own keys would cover the pad
    this.root.classList.add("is-keyed");
    for (const part of this.root.querySelectorAll("[data-needs-script]")) part.hidden = false;
    this.listen();
    this.show();
  }
}

const root = document.querySelector("[data-cash]");
if (root) new CashPad(root).begin();
