// What the order screen draws: tiles, the lines of the draft, the foot of the check. The parts stand as templates in the
// page (templates/ordering/parts.html); texts come from the page's configuration.

import { byCourse, choiceNames, chosenIn, countOf, missing, priceOf, say, unread, waiting } from "./order-cart.js";
import { codesFor, harmful, notFor } from "./order-menu.js";

const FEW = 6; // portions that are shown as a warning

/** Return a copy of a template's element and its parts by name. */
export function part(name) {
  const element = document.getElementById(`part-${name}`).content.firstElementChild.cloneNode(true);
  const parts = { root: element };
  for (const each of [element, ...element.querySelectorAll("[data-part]")]) {
    if (each.dataset.part) parts[each.dataset.part] = each;
  }
  return parts;
}

/** Show a message above Send, with buttons; without a text, none. */
export function message(text, ...buttons) {
  const parts = part("message");
  parts.text.textContent = text;
  parts.root.append(...buttons);
  document.getElementById("order-message").replaceChildren(...(text ? [parts.root] : []));
}

export function retract(text) {
  const shown = document.getElementById("order-message");
  if (text && shown.textContent.trim() === text) shown.replaceChildren();
}

export function button(text, action) {
  const made = document.createElement("button");
  made.className = "button";
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", action);
  return made;
}

/** Write a text into an element, and hide the element without one. */
function tell(element, text) {
  element.textContent = text;
  element.hidden = !text;
}

/** Return a formatter of amounts in the smallest unit. */
export function formatter(locale, currency, digits) {
  const format = new Intl.NumberFormat(locale, { style: "currency", currency, minimumFractionDigits: digits });
  return (amount) => format.format(amount / 10 ** digits);
}

/** Return why a dish cannot be ordered, or "". */
export function offWords(item, now, words) {
  const until = now.paused[item.id];
  if (until) return say(words.paused, { time: until });
  return now.off.includes(item.id) ? words.sold_out : "";
}

/** Return whom a dish is not for, in words, or "". */
export function warningWords(item, allergies, words) {
  const seats = notFor(item, allergies);
  if (!seats.length) return "";
  return seats.includes("") ? words.not_for_party : say(words.not_for, { seats: seats.join(", ") });
}

export function tile(item, { now, words, money, allergies, counts }) {
  const parts = part("tile");
  const button = parts.root.querySelector("button");
  const off = offWords(item, now, words);
  const warning = warningWords(item, allergies, words);
  const left = off ? undefined : now.left[item.id];
  button.dataset.dish = item.id;
  parts.more.dataset.more = item.id;
  parts.more.setAttribute("aria-label", say(words.options, { dish: item.name }));
  parts.name.textContent = item.name;
  tell(parts.allergens, warning ? "" : item.contains.join(", "));
  tell(parts.warning, warning);
  parts.price.textContent = item.open ? words.typed : money(item.price);
  tell(parts.off, off);
  tell(parts.left, left === undefined ? "" : say(words.left, { count: left }));
  parts.left.toggleAttribute("data-few", left < FEW);
  const count = counts.get(item.id);
  tell(parts.count, count ?? "");
  if (count) parts.count.setAttribute("aria-label", say(words.on_check, { count }));
  button.toggleAttribute("data-sold-out", Boolean(off));
  if (off) button.setAttribute("aria-disabled", "true");
  return parts.root;
}

/** Return the sections of the draft, by course. `view` is the screen as order.js keeps it. */
export function sections(view) {
  if (!view.draft.lines.length) return view.quote.has_sent ? [] : [part("empty").root];
  const groups = byCourse(view.draft.lines, view.menu);
  const held = waiting(
    groups.map(([course]) => course),
    view.draft.details.courses ?? {},
    view.config.hold_courses,
  );
  return groups.map(([course, lines]) => section(course, lines, held.includes(course), view));
}

function section(course, lines, waits, view) {
  const { words } = view;
  const parts = part("course");
  parts.title.textContent = `${say(words.course, { course })} · ${waits ? words.waits : words.at_once}`;
  parts.hold.dataset.hold = course;
  parts.hold.setAttribute("aria-pressed", String(waits));
  parts.hold.textContent = waits ? words.fire : words.hold;
  parts.lines.append(...lines.map((line) => lineOf(line, view)));
  return parts.root;
}

function lineOf(line, view) {
  const { words, menu, money } = view;
  const item = menu.items.get(line.item);
  const parts = part("line");
  parts.root.dataset.key = line.key;
  parts.seat.textContent = line.seat ?? "T";
  parts.seat.setAttribute("aria-label", line.seat ? say(words.seat, { seat: line.seat }) : words.table);
  parts.name.textContent = `${line.quantity} ${line.name || (item?.name ?? "?")}`;
  parts.price.textContent = item ? money(priceOf(line, item)) : "";
  const mods = item ? choiceNames(line, item) : [];
  if (line.note) mods.push(`“${line.note}”`);
  if (line.price_reason) mods.push(line.price_reason);
  if (line.by && line.by !== view.config.me) mods.push(say(words.by, { name: line.by }));
  tell(parts.mods, mods.join(" · "));
  const codes = [...new Set([...line.allergies, ...codesFor(view.allergies, line.seat)])];
  const harm = item ? harmful(item, codes) : [];
  tell(parts.allergy, harm.length ? say(words.allergy, { names: harm.join(", ") }) : "");
  tell(parts.problem, problemOf(line, item, view));
  if (view.now === line.key) {
    parts.root.setAttribute("data-now", "");
    parts.body.setAttribute("aria-expanded", "true");
    if (item) parts.quick.append(...quick(line, item, view));
  }
  return parts.root;
}

function problemOf(line, item, view) {
  if (!item) return view.words.failed;
  const [group] = missing(line, item);
  if (group) return say(view.words.missing, { dish: item.name, group: group.name });
  return offWords(item, view.available, view.words)
    ? say(view.words.off_draft, { dish: item.name })
    : (view.quote.problems[line.key] ?? "");
}

export const namesOf = (codes, menu) => codes.map((code) => menu.allergens.get(code) ?? code).join(", ");

/** Return what stands under the chosen line: the warning to agree to, the required choices, and the tools. */
export function quick(line, item, view) {
  const codes = unread(line, item, view.allergies);
  const asked = codes.length ? [warning(line, item, codes, view)] : [];
  const lacking = missing(line, item);
  const first = item.groups.find((group) => group.min > 0);
  const asking = item.groups.filter((group) => group === first || lacking.includes(group));
  const required = asking.map((group) => choices(line, group, view));
  return [...asked, ...required, tools(line), ...(view.config.notes.length ? [notes(line, view)] : [])];
}

function warning(line, item, codes, { menu, words }) {
  const title = say(words.contains, { dish: item.name, names: namesOf(codes, menu) });
  return quickRow(title, [option(words.keep, false, { "data-action": "agree", "data-key": line.key })]);
}

export function option(words, isOn, data = {}) {
  const button = part("choice").root;
  button.setAttribute("aria-pressed", isOn);
  for (const [name, value] of Object.entries(data)) button.setAttribute(name, value);
  button.textContent = words;
  return button;
}

export function quickRow(title, buttons) {
  const parts = part("quick");
  parts.title.textContent = title;
  parts.row.append(...buttons);
  return parts.root;
}

export function choices(line, group, { money, words }) {
  const count = group.min === 1 && group.max === 1 ? "" : ` · ${say(words.choose, { count: limits(group) })}`;
  const chosen = chosenIn(line, group);
  const buttons = group.choices.map(({ id, name, price }) => {
    const more = price ? ` ${price > 0 ? "+" : "−"}${money(Math.abs(price))}` : "";
    return option(name + more, chosen.includes(id), {
      "data-choice": id,
      "data-group": group.id,
      "data-key": line.key,
    });
  });
  return quickRow(group.name + count, buttons);
}

export function notes(line, { config, words }) {
  const on = line.note.split("; ");
  const buttons = config.notes.map((note) =>
    option(note, on.includes(note), { "data-note": note, "data-key": line.key }),
  );
  const root = quickRow(words.note_title, buttons);
  root.classList.add("order-quick--line");
  return root;
}

function limits({ min, max }) {
  if (min === max) return String(min);
  return min ? `${min}–${max}` : `0–${max}`;
}

function tools(line) {
  const parts = part("tools");
  parts.count.textContent = line.quantity;
  for (const button of parts.root.querySelectorAll("[data-action]")) button.dataset.key = line.key;
  return parts.root;
}

/** Return the courses of the draft that wait after Send. */
export function heldCourses({ draft, menu, config }) {
  const courses = byCourse(draft.lines, menu).map(([course]) => course);
  return waiting(courses, draft.details.courses ?? {}, config.hold_courses);
}

/** Return the texts of the Send button: {words, note}. */
export function sendWords(view, obstacle) {
  const { words, draft } = view;
  const count = countOf(draft.lines);
  if (!count) return { words: words.send_none, note: "" };
  const send = say(words.send, { count });
  if (obstacle) {
    const dish = obstacle.item.name;
    const { group } = obstacle;
    return { words: send, note: group ? say(words.missing, { dish, group: group.name }) : say(words.ask, { dish }) };
  }
  const wait = heldCourses(view).map((course) => say(words.course_waits, { course }));
  const { stations } = view.quote;
  const to = stations.length ? [say(words.to, { stations: stations.join(", ") })] : [];
  return { words: send, note: [...to, ...wait].join(" · ") };
}
