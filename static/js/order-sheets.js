// The sheets of the order screen: all options of a new line, how many of a dish and its 86, and a sent line.

import { choose, newKey, say } from "./order-cart.js";
import { post } from "./order-http.js";
import { choices, part } from "./order-view.js";

const at = (id) => document.getElementById(id);

/** Open the sheet of a new line: every group, note, seat, course, allergies. */
export function openOptions(view, key, deeds) {
  const line = view.draft.line(key);
  const item = line && view.menu.items.get(line.item);
  if (!item) return;
  at("order-options-title").textContent = item.name;
  at("order-options-facts").textContent = item.contains.map((code) => view.menu.allergens.get(code)).join(", ");
  const body = at("order-options-body");
  const fill = () => body.replaceChildren(...optionParts(view, view.draft.line(key), item, deeds, fill));
  fill();
  at("order-another").onclick = () => {
    const copy = { ...view.draft.line(key), key: newKey(), agreed: false };
    view.draft.change(copy);
    at("order-options").close();
  };
  at("order-options").showModal();
}

function optionParts(view, line, item, deeds, fill) {
  const press = (facts) => {
    deeds.changeLine(line.key, facts);
    fill();
  };
  const groups = item.groups.map((group) => {
    const row = choices(line, group, view);
    row.addEventListener("click", ({ target }) => {
      const id = target.closest("[data-choice]")?.dataset.choice;
      if (id) press({ modifiers: choose(view.draft.line(line.key), group, Number(id)) });
    });
    return row;
  });
  const seats = Array.from({ length: view.config.seats }, (_, place) => place + 1);
  return [
    ...groups,
    note(view, line, press),
    ...(seats.length
      ? [
          row(
            view.words.seat_title,
            [null, ...seats],
            line.seat,
            (seat) => seat ?? view.words.table,
            (seat) => press({ seat, agreed: false }),
          ),
        ]
      : []),
    row(view.words.course_title, [1, 2, 3, 4, 5], line.course ?? item.course, String, (course) => press({ course })),
    allergies(view, line, press),
  ];
}

/** Return a row of buttons of which one is pressed. */
function row(title, values, chosen, words, press) {
  const parts = part("quick");
  parts.title.textContent = title;
  for (const value of values) {
    const button = part("choice").root;
    button.textContent = words(value);
    button.setAttribute("aria-pressed", String(value === chosen));
    button.addEventListener("click", () => press(value));
    parts.row.append(button);
  }
  return parts.root;
}

function note(view, line, press) {
  const has = (text) => line.note.split("; ").includes(text);
  const parts = part("quick");
  parts.title.textContent = view.words.note_title;
  for (const text of view.config.notes) {
    const button = part("choice").root;
    button.textContent = text;
    button.setAttribute("aria-pressed", String(has(text)));
    button.addEventListener("click", () => press({ note: toggled(line.note, text) }));
    parts.row.append(button);
  }
  const typed = document.createElement("input");
  typed.className = "input";
  typed.maxLength = 200;
  typed.value = line.note;
  typed.setAttribute("aria-label", view.words.note_title);
  typed.addEventListener("change", () => press({ note: typed.value.trim() }));
  parts.root.append(typed);
  return parts.root;
}

/** Return a note with a text of the house's list added, or taken out again. */
export function toggled(note, text) {
  const texts = note ? note.split("; ") : [];
  const kept = texts.includes(text) ? texts.filter((each) => each !== text) : [...texts, text];
  return kept.join("; ").slice(0, 200);
}

function allergies(view, line, press) {
  const parts = part("quick");
  parts.title.textContent = view.words.allergies_title;
  for (const [code, name] of view.menu.allergens) {
    const button = part("choice").root;
    button.textContent = name;
    button.setAttribute("aria-pressed", String(line.allergies.includes(code)));
    button.addEventListener("click", () => {
      const without = line.allergies.filter((each) => each !== code);
      press({ allergies: without.length < line.allergies.length ? without : [...without, code], agreed: false });
    });
    parts.row.append(button);
  }
  return parts.root;
}

/** Open the sheet of a dish: quantities from 1 to 9, and off or back on. */
export function openDish(view, item, { addDish, refresh, message }) {
  const dialog = at("order-dish");
  at("order-dish-title").textContent = item.name;
  const digits = Array.from({ length: 9 }, (_, place) => place + 1).map((count) => {
    const button = part("choice").root;
    button.textContent = count;
    button.addEventListener("click", () => {
      dialog.close();
      addDish(item.id, count);
    });
    return button;
  });
  at("order-digits").replaceChildren(...digits);
  at("order-off").replaceChildren(...offButtons(view, item, { dialog, refresh, message }));
  dialog.onkeydown = ({ key }) => digits[Number(key) - 1]?.click();
  if (!dialog.open) dialog.showModal();
}

function offButtons(view, item, { dialog, refresh, message }) {
  const { words } = view;
  if (!view.config.may86) return [];
  const off = view.available.off.includes(item.id);
  const body = off ? { available: true } : { available: false, until: "end_of_service" };
  const button = part("choice").root;
  button.textContent = off ? words.back_on : words.off_86;
  button.addEventListener("click", async () => {
    dialog.close();
    const answer = await post(view.config.urls.availability.replace("/0/", `/${item.id}/`), body);
    const told = off ? words.on_now : words.off_now;
    message(answer.ok ? say(told, { dish: item.name }) : (answer.problem ?? words.failed));
    refresh();
  });
  return [button];
}

/** Open sent lines beside the check, and close sheets by their buttons. `refresh` shows what changed. */
export function watchSheets({ refresh, message, failed }) {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-sent-line]");
    if (link && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      await openSent(link.href);
    }
    const close = event.target.closest('[data-deed="close"]');
    if (close?.closest("dialog")) {
      event.preventDefault();
      close.closest("dialog").close();
    }
    if (event.target.matches("dialog")) event.target.close();
  });
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.matches("[data-sent-form]")) {
      event.preventDefault();
      await submitSent(form, refresh);
    } else if (form.closest("#order-sent")) {
      event.preventDefault();
      await actOnSent(form, event.submitter, { refresh, message, failed });
    }
  });
}

const AS_PART = { "HX-Request": "true" };
const secret = () => JSON.parse(document.body.getAttribute("hx-headers"));

async function openSent(url) {
  const answer = await fetch(url, { headers: AS_PART, cache: "no-store" }).catch(() => null);
  if (!answer?.ok) {
    location.assign(url);
    return;
  }
  const dialog = at("order-sent-line");
  dialog.innerHTML = await answer.text();
  dialog.showModal();
}

async function submitSent(form, refresh) {
  const headers = { ...AS_PART, ...secret() };
  const answer = await fetch(form.action, { method: "POST", headers, body: new FormData(form) }).catch(() => null);
  const dialog = at("order-sent-line");
  if (answer?.status === 204) dialog.close();
  else if (answer) dialog.innerHTML = await answer.text();
  refresh();
}

async function actOnSent(form, submitter, { refresh, message, failed }) {
  const body = new FormData(form);
  if (submitter?.name) body.set(submitter.name, submitter.value);
  const headers = { ...secret(), Accept: "application/json" };
  const answer = await fetch(form.action, { method: "POST", headers, body }).catch(() => null);
  const told = answer?.status === 204 ? null : await answer?.json().catch(() => null);
  message(answer?.status === 204 ? "" : (told?.problem ?? failed));
  refresh();
}
