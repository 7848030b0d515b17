// What is selected: a set of ids, and the one that the keyboard is at. Pure functions.

import { boundsOf, overlap } from "./plan-geometry.js";

export const NOTHING = { ids: new Set(), at: null };

/** Return a selection of one item. */
export const only = (id) => ({ ids: new Set([id]), at: id });

/** Return a selection of these items. */
export const these = (ids) => ({ ids: new Set(ids), at: [...ids].at(-1) ?? null });

/** Return the selection with an item added or taken away. */
export function toggled(selection, id) {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, at: id };
}

/** Return the selection of the items that a rectangle touches; `before` stay selected. */
export function touched(items, rectangle, before = new Set()) {
  const found = items.filter((item) => overlap(boundsOf(item), rectangle)).map((item) => item.id);
  return these(new Set([...before, ...found]));
}

/** Return the selection after a step to the next or previous item. With `more` the earlier ones stay selected. */
export function stepped(selection, items, by, more = false) {
  if (!items.length) return NOTHING;
  const place = items.findIndex((item) => item.id === selection.at);
  const next = place < 0 ? (by > 0 ? 0 : items.length - 1) : (place + by + items.length) % items.length;
  const id = items[next].id;
  return more ? { ids: new Set([...selection.ids, id]), at: id } : only(id);
}

/** Return the selection without ids that are gone. */
export function kept(selection, items) {
  const known = new Set(items.map((item) => item.id));
  const ids = new Set([...selection.ids].filter((id) => known.has(id)));
  return { ids, at: known.has(selection.at) ? selection.at : ([...ids].at(-1) ?? null) };
}
