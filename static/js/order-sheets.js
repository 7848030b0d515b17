// The sheets of the order screen: all options of a new line, how many of a dish and its 86, and a sent line.

import { choose, newKey, say } from "./order-cart.js";
import { post, secret } from "./order-http.js";
import { choices, message, part } from "./order-view.js";

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
  ];
}

function choice(words, press) {
  const button = part("choice").root;
  button.textContent = words;
  button.addEventListener("click", press);
  return button;
}

/** Return a row of buttons, one for each value; `isOn(value)` says which are pressed. */
function row(title, values, isOn, words, press) {
  const parts = part("quick");
  parts.title.textContent = title;
  for (const value of values) {
    const button = choice(words(value), () => press(value));
    button.setAttribute("aria-pressed", String(isOn(value)));
    parts.row.append(button);
  }
  return parts.root;
}

function note(view, line, press) {
  const has = (text) => line.note.split("; ").includes(text);
  const toggle = (text) => press({ note: toggled(line.note, text) });
  const root = row(view.words.note_title, view.config.notes, has, String, toggle);
  const typed = document.createElement("input");
  typed.className = "input";
  typed.maxLength = 200;
  typed.value = line.note;
  typed.setAttribute("aria-label", view.words.note_title);
  typed.addEventListener("change", () => press({ note: typed.value.trim() }));
  root.append(typed);
  return root;
}

/** Return a note with a text of the house's list added, or taken out again. */
export function toggled(note, text) {
  const texts = note ? note.split("; ") : [];
  const kept = texts.includes(text) ? texts.filter((each) => each !== text) : [...texts, text];
  return kept.join("; ").slice(0, 200);
}

function allergies(view, line, press) {
  const has = ([code]) => line.allergies.includes(code);
  const toggle = ([code]) => {
    const without = line.allergies.filter((each) => each !== code);
    press({ allergies: without.length < line.allergies.length ? without : [...without, code], agreed: false });
  };
  return row(view.words.allergies_title, view.menu.allergens, has, ([, name]) => name, toggle);
}

/** Open the sheet of a dish: quantities from 1 to 9, and off or back on. */
export function openDish(view, item, { addDish, refresh }) {
  const dialog = at("order-dish");
  at("order-dish-title").textContent = item.name;
  const digits = Array.from({ length: 9 }, (_, place) =>
    choice(place + 1, () => {
      dialog.close();
      addDish(item.id, place + 1);
    }),
  );
  at("order-digits").replaceChildren(...digits);
  at("order-off").replaceChildren(...offButtons(view, item, { dialog, refresh }));
  dialog.onkeydown = ({ key }) => digits[Number(key) - 1]?.click();
  if (!dialog.open) dialog.showModal();
}

function offButtons(view, item, { dialog, refresh }) {
  const { words } = view;
  if (!view.config.may86) return [];
  const off = view.available.off.includes(item.id);
  const body = off ? { available: true } : { available: false, until: "end_of_service" };
  const press = async () => {
    dialog.close();
    const answer = await post(view.config.urls.availability.replace("/0/", `/${item.id}/`), body);
    const told = off ? words.on_now : words.off_now;
    message(answer.ok ? say(told, { dish: item.name }) : (answer.problem ?? words.failed));
    refresh();
  };
  return [choice(off ? words.back_on : words.off_86, press)];
}

/** Open sent lines beside the check, and close sheets by their buttons. `refresh` shows what changed. */
export function watchSheets({ refresh, failed }) {
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
      await actOnSent(form, event.submitter, { refresh, failed });
    }
  });
}

const AS_PART = { "HX-Request": "true" };

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

async function actOnSent(form, submitter, { refresh, failed }) {
  const body = new FormData(form);
  if (submitter?.name) body.set(submitter.name, submitter.value);
  const headers = { ...secret(), Accept: "application/json" };
  const answer = await fetch(form.action, { method: "POST", headers, body }).catch(() => null);
  const told = answer?.status === 204 ? null : await answer?.json().catch(() => null);
  message(answer?.status === 204 ? "" : (told?.problem ?? failed));
  refresh();
}
