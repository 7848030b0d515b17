// Rules of the check of an order screen, without a page: lines, choices, courses, sums. A line is a plain object as the
// server's draft keeps it: {key, item, quantity, modifiers, allergies, note, seat, course, agreed}, with a typed price
// {name, price, price_reason} too.

import { codesFor, harmful, minor } from "./order-menu.js";

/** Return a key for a line or a Send that no other device makes. */
export function newKey(random = (bytes) => crypto.getRandomValues(bytes)) {
  return [...random(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Return the choices that the house makes: the defaults of required groups. */
export function presets(item) {
  return item.groups.flatMap((group) =>
    group.choices
      .filter((choice) => choice.preset)
      .slice(0, group.min)
      .map((choice) => choice.id),
  );
}

export function newLine(item, seat, quantity = 1, key = newKey()) {
  const rest = { allergies: [], note: "", seat, course: null, agreed: false };
  return { key, item: item.id, quantity, modifiers: presets(item), ...rest };
}

/** Return the line that one more of a dish would only count up: the last one, if nothing is or must be chosen there. */
export function sameAgain(lines, item, seat) {
  const last = lines.at(-1);
  if (last?.item !== item.id || last.seat !== seat || item.groups.some((group) => group.min)) return null;
  const plain = !last.note && !last.price && !last.allergies.length && !last.modifiers.length && last.course === null;
  return plain ? last : null;
}

/** Return the required groups of a line that still lack choices. */
export function missing(line, item) {
  return item.groups.filter((group) => chosenIn(line, group).length < group.min);
}

export function chosenIn(line, group) {
  return group.choices.filter((choice) => line.modifiers.includes(choice.id)).map((choice) => choice.id);
}

/** Return the modifiers after a choice was pressed: radio for groups of one, else a toggle within the limit. */
export function choose(line, group, choiceId) {
  const inGroup = chosenIn(line, group);
  const others = line.modifiers.filter((id) => !inGroup.includes(id));
  if (group.max === 1) {
    const off = inGroup.includes(choiceId) && group.min === 0;
    return off ? others : [...others, choiceId];
  }
  if (inGroup.includes(choiceId)) return line.modifiers.filter((id) => id !== choiceId);
  return inGroup.length >= group.max ? line.modifiers : [...line.modifiers, choiceId];
}

/** Return the names of the chosen choices, in the order of the menu. */
export function choiceNames(line, item) {
  const all = item.groups.flatMap((group) => group.choices);
  return all.filter((choice) => line.modifiers.includes(choice.id)).map((choice) => choice.name);
}

/** Return the price of a line in the smallest unit: (dish + choices, or the typed price) × quantity. */
export function priceOf(line, item) {
  if (line.price) return minor(line.price, item.digits) * line.quantity;
  const choices = item.groups.flatMap((group) => group.choices);
  const more = choices.filter((each) => line.modifiers.includes(each.id)).reduce((sum, each) => sum + each.price, 0);
  return (item.price + more) * line.quantity;
}

/** Return the sum of the lines whose dishes are on the menu. */
export function sumOf(lines, menu) {
  return lines.reduce(
    (sum, line) => sum + (menu.items.has(line.item) ? priceOf(line, menu.items.get(line.item)) : 0),
    0,
  );
}

export function countOf(lines) {
  return lines.reduce((sum, line) => sum + line.quantity, 0);
}

export function courseOf(line, menu) {
  return line.course ?? menu.items.get(line.item)?.course ?? 1;
}

/** Return the lines by course, in ascending order: [[course, lines], …]. */
export function byCourse(lines, menu) {
  const found = new Map();
  for (const line of lines) {
    const course = courseOf(line, menu);
    found.set(course, [...(found.get(course) ?? []), line]);
  }
  return [...found.entries()].sort(([one], [other]) => one - other);
}

/** Return the courses that wait after Send: as chosen ("hold", "fire"), else the later ones by the house's rule. */
export function waiting(courses, chosen, holdLater) {
  const first = Math.min(...courses);
  return courses.filter((course) => {
    const said = chosen[String(course)];
    return said ? said === "hold" : holdLater && course !== first;
  });
}

/** Return the codes of allergies that a line's dish harms and that nobody has agreed to. */
export function unread(line, item, allergies) {
  if (line.agreed) return [];
  return harmful(item, [...new Set([...line.allergies, ...codesFor(allergies, line.seat)])]);
}

/** Return the agreed lines whose warning has become another one, because guests have declared more allergies. */
export function unreadAgain(lines, menu, before, after) {
  return lines.filter((line) => {
    const item = menu.items.get(line.item);
    if (!line.agreed || !item) return false;
    const known = codesFor(before, line.seat);
    const added = codesFor(after, line.seat).filter((code) => !known.includes(code));
    return harmful(item, added).length > 0;
  });
}

/** Return why the lines cannot be sent: {line, group}: a missing choice; {line, codes}: an unread warning; or null. */
export function obstacle(lines, menu, allergies) {
  for (const line of lines) {
    const item = menu.items.get(line.item);
    if (!item) continue;
    const [group] = missing(line, item);
    if (group) return { line, item, group };
    const codes = unread(line, item, allergies);
    if (codes.length) return { line, item, codes };
  }
  return null;
}

/** Return copies of sent lines as new lines, to repeat a round. */
export function again(round, menu) {
  return round
    .filter((line) => menu.items.has(line.item))
    .map((line) => ({ ...newLine(menu.items.get(line.item), line.seat, line.quantity), ...copied(line, menu) }));
}

function copied(line, menu) {
  const { groups, open } = menu.items.get(line.item);
  const { name, price, price_reason } = line;
  const offered = groups.flatMap((group) => group.choices.map((choice) => choice.id));
  return {
    modifiers: line.modifiers.filter((id) => offered.includes(id)),
    allergies: [...(line.allergies ?? [])],
    note: line.note ?? "",
    course: line.course ?? null,
    ...(open && { name, price, price_reason }),
  };
}

/** Return a note with a text of the house's list added, or taken out again. */
export function toggled(note, text) {
  const texts = note ? note.split("; ") : [];
  const kept = texts.includes(text) ? texts.filter((each) => each !== text) : [...texts, text];
  return kept.join("; ").slice(0, 200);
}

/** Fill the names in braces of a text: say("Seat {seat}", {seat: 3}). */
export function say(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
