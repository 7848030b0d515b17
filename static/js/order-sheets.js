// The sheets of the order screen: all options of a new line, how many of a dish and its 86, and a sent line.

import { choose, newKey, toggled } from "./order-cart.js";
import { choices, message, notes, option, part, quickRow } from "./order-view.js";

const at = (id) => document.getElementById(id);

/** Open the sheet of a new line: every group, note, seat, course, allergies. */
export function openOptions(view, key, changeLine) {
  const line = view.draft.line(key);
  const item = line && view.menu.items.get(line.item);
  if (!item) return;
  at("order-options-title").textContent = item.name;
  at("order-options-facts").textContent = item.contains.map((code) => view.menu.allergens.get(code)).join(", ");
  const body = at("order-options-body");
  const fill = () => body.replaceChildren(...optionParts(view, view.draft.line(key), item, changeLine, fill));
  fill();
  at("order-another").onclick = () => {
    const copy = { ...view.draft.line(key), key: newKey(), agreed: false };
    view.draft.change(copy);
    at("order-options").close();
  };
  at("order-options").showModal();
}

function optionParts(view, line, item, changeLine, fill) {
  const press = (facts) => {
    changeLine(line.key, facts);
    fill();
  };
  const groups = item.groups.map((group) => {
    const row = choices(line, group, view);
    row.addEventListener("click", ({ target }) => {
      const id = Number(target.dataset.choice);
      if (id) press({ modifiers: choose(view.draft.line(line.key), group, id) });
    });
    return row;
  });
  const price = prices(view, line, item, changeLine);
  const seats = Array.from({ length: view.config.seats }, (_, place) => place + 1);
  return [
    ...(item.open ? [price] : []),
    ...groups,
    note(view, line, press),
    ...(seats.length
      ? [
          row(
            view.words.seat_title,
            [null, ...seats],
            (seat) => seat === line.seat,
            (seat) => seat ?? view.words.table,
            (seat) => press({ seat, agreed: false }),
          ),
        ]
      : []),
    row(
      view.words.course_title,
      [1, 2, 3, 4, 5],
      (course) => course === (line.course ?? item.course),
      String,
      (course) => press({ course }),
    ),
    allergies(view, line, press),
    ...(item.open ? [] : [price]),
  ];
}

function choice(words, press, isOn = false) {
  const button = option(words, isOn);
  button.addEventListener("click", press);
  return button;
}

/** Return a row of buttons, one for each value; `isOn(value)` says which are pressed. */
function row(title, values, isOn, words, press) {
  return quickRow(
    title,
    [...values].map((value) => choice(words(value), () => press(value), isOn(value))),
  );
}

function note(view, line, press) {
  const root = notes(line, view);
  root.addEventListener("click", ({ target }) => {
    if (target.dataset.note) press({ note: toggled(line.note, target.dataset.note) });
  });
  const typed = part("note").root;
  typed.value = line.note;
  typed.addEventListener("change", () => press({ note: typed.value.trim() }));
  root.append(typed);
  return root;
}

/** Return the fields of a typed price, and of the name of an open item. Typing does not draw the sheet again. */
function prices(view, line, item, changeLine) {
  const { root, name, price, reason } = part("price");
  name.parentElement.hidden = !item.open;
  name.value = line.name ?? "";
  price.value = line.price ?? "";
  price.step = 10 ** -view.menu.digits;
  reason.value = line.price_reason ?? "";
  root.addEventListener("change", () => {
    if (!price.reportValidity()) return;
    changeLine(line.key, {
      name: name.value.trim(),
      price: price.value ? price.valueAsNumber.toFixed(view.menu.digits) : null,
      price_reason: reason.value.trim(),
    });
  });
  return root;
}

function allergies(view, line, press) {
  const has = ([code]) => line.allergies.includes(code);
  const toggle = ([code]) => {
    const without = line.allergies.filter((each) => each !== code);
    press({ allergies: without.length < line.allergies.length ? without : [...without, code], agreed: false });
  };
  return row(view.words.allergies_title, view.menu.allergens, has, ([, name]) => name, toggle);
}

/** Open the sheet of a dish: quantities from 1 to 9, and its availability, which is the part that the wall shows too. */
export function openDish(view, item, addDish) {
  const dialog = at("order-dish");
  at("order-dish-title").textContent = item.name;
  const digits = Array.from({ length: 9 }, (_, place) =>
    choice(place + 1, () => {
      dialog.close();
      addDish(item.id, place + 1);
    }),
  );
  at("order-digits").replaceChildren(...digits);
  const { availability } = view.config.urls;
  at("order-off").replaceChildren();
  if (view.config.may86) window.htmx.ajax("GET", availability.replace("/0/", `/${item.id}/`), "#order-off");
  dialog.onkeydown = ({ key, target }) => target.matches("input") || digits[Number(key) - 1]?.click();
  if (!dialog.open) dialog.showModal();
}

/** Open sent lines beside the check, and close sheets by their buttons. `refresh` shows what changed. */
export function watchSheets({ refresh, failed }) {
  const sent = () => import("./order-sent.js").catch(() => message(failed));
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-sent-line]");
    if (link && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      (await sent())?.openSent(link.href);
    }
    const close = event.target.closest('[data-action="close"]');
    if (close?.closest("dialog")) {
      event.preventDefault();
      close.closest("dialog").close();
    }
    if (event.target.matches("dialog")) event.target.close();
  });
  document.addEventListener("submit", async (event) => {
    const { submitter, target } = event;
    if (!target.matches("[data-sent-form], #order-sent form")) return;
    event.preventDefault();
    const { actOnSent, submitSent } = (await sent()) ?? {};
    if (target.matches("[data-sent-form]")) await submitSent?.(target);
    else await actOnSent?.(target, submitter, failed);
    refresh();
  });
}
