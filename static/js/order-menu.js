// The menu of the order screen: reads the compact answer of orders/ordering/menu_answer.py, finds dishes by letters, and
// decides what a dish is not for.

/** Return the menu with its rows as objects, by id. */
export function readMenu(answer) {
  const groups = new Map(answer.groups.map((row) => [row[0], readGroup(row, answer.digits)]));
  const items = new Map(answer.items.map((row) => [row[0], readItem(row, groups, answer)]));
  const categories = answer.categories.map(([id, name]) => ({
    id,
    name,
    items: [...items.values()].filter((item) => item.category === id),
  }));
  return {
    version: answer.version,
    digits: answer.digits,
    allergens: new Map(answer.allergens),
    categories,
    groups,
    items,
  };
}

function readGroup([id, name, min, max, choices], digits) {
  return {
    id,
    name,
    min,
    max,
    choices: choices.map(([key, label, price, preset]) => ({
      id: key,
      name: label,
      price: minor(price, digits),
      preset: Boolean(preset),
    })),
  };
}

function readItem([id, category, name, price, course, groupIds, contains, mayContain, freeOf, open], groups, answer) {
  const codes = (places) => places.map((place) => answer.allergens[place][0]);
  return {
    id,
    category,
    name,
    course,
    price: minor(price, answer.digits),
    groups: groupIds.map((key) => groups.get(key)),
    contains: codes(contains),
    mayContain: codes(mayContain),
    freeOf: codes(freeOf),
    words: fold(name),
    open: Boolean(open), // name and price are typed
    digits: answer.digits,
  };
}

/** Return an amount as a whole number of its smallest unit: "12.50" with two digits is 1250. */
export function minor(amount, digits) {
  if (!amount) return 0;
  const [whole, part = ""] = amount.replace("-", "").split(".");
  const units = Number(whole) * 10 ** digits + Number(part.padEnd(digits, "0").slice(0, digits) || 0);
  return amount.startsWith("-") ? -units : units;
}

/** Return a text without accents and case, for comparing. */
export function fold(text) {
  return text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/ß/g, "ss")
    .replace(/[œæø]/giu, (letter) => ({ œ: "oe", æ: "ae", ø: "o" })[letter.toLocaleLowerCase()])
    .toLocaleLowerCase();
}

/** Return the dishes that the letters fit, the best first: beginnings, then beginnings of words, parts, letters in order. */
export function find(menu, letters) {
  const wanted = fold(letters.trim());
  if (!wanted) return [];
  const found = [];
  for (const item of menu.items.values()) {
    const rank = rankOf(item.words, wanted);
    if (rank !== null) found.push([rank, item]);
  }
  return found.sort(([one], [other]) => one - other).map(([, item]) => item);
}

/** Return how well a name fits: 0 best, null for not at all. */
export function rankOf(name, wanted) {
  if (name.startsWith(wanted)) return 0;
  if (name.includes(` ${wanted}`)) return 1;
  const parts = wanted.split(/\s+/);
  if (parts.length > 1 && parts.every((part) => name.includes(part))) return 2;
  if (name.includes(wanted)) return 3;
  return hasInOrder(name, wanted.replaceAll(" ", "")) ? 4 : null;
}

/** Return whether the letters come in this order, the first at the beginning of a word: "stfr" fits "Steak Frites". */
function hasInOrder(name, letters) {
  for (const start of name.matchAll(/(?:^|[\s-])(\S)/g)) {
    if (start[1] === letters[0] && follows(name.slice(start.index), letters)) return true;
  }
  return false;
}

function follows(name, letters) {
  let at = -1;
  for (const letter of letters) {
    at = name.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
}

/** Return the codes of declared allergies that a dish contains or may contain. */
export function harmful(item, codes) {
  return codes.filter((code) => item.contains.includes(code) || item.mayContain.includes(code));
}

/** Return the codes that matter for food at a seat; food for the table may reach every guest. */
export function codesFor(allergies, seat) {
  const lists = seat === null ? Object.values(allergies) : [allergies[""] ?? [], allergies[String(seat)] ?? []];
  return [...new Set(lists.flat())];
}

/** Return the seats (as text, "" for the whole party) whose guests must not eat a dish. */
export function notFor(item, allergies) {
  return Object.keys(allergies).filter((seat) => harmful(item, allergies[seat]).length > 0);
}
