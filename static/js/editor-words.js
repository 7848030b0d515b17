// The texts of the floor editor (tables/editor/words.py), and names of what it shows.

const list = globalThis.document?.getElementById?.("editor-words");
const texts = list ? JSON.parse(list.textContent) : {};

/** Return a text with values filled in. */
export const text = (name, values = {}) => (texts[name] ?? name).replace(/\{(\w+)\}/g, (_braces, key) => values[key]);

/** Return the name of a table, a floor or a fixture. */
export const nameOf = (item) => item.name || item.text || text(item.kind);

/** Return the names of items in one line. */
export function namesOf(items) {
  if (items.length > 3) return text("items", { count: items.length });
  return items.map(nameOf).join(", ");
}

/** Return an item in words, for people who do not see the drawing. */
export function spoken(item) {
  const place = text("at", { x: item.x, y: item.y });
  const turn = item.rotation ? text("turned", { degrees: item.rotation }) : "";
  const facts = "seats" in item ? [text("seats", { count: item.seats }), text(item.shape), item.section] : [];
  return [nameOf(item), ...facts, place, turn].filter(Boolean).join(", ");
}
