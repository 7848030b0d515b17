// Changes of a plan. Each function returns a new plan and leaves the old one as it is.

import { boundsOfAll, freePlaces, heldBack, onFloor } from "./plan-geometry.js";

const TABLE = { seats: 4, shape: "square", width: 80, height: 80, rotation: 0 };
const FIXTURES = {
  wall: { width: 300, height: 10 },
  door: { width: 90, height: 10 },
  window: { width: 120, height: 10 },
  block: { width: 100, height: 200 },
  text: { width: 120, height: 30 },
};

export const KINDS = Object.keys(FIXTURES);

/** Return a random id (UUID version 4), also on a page without https. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export const floorOf = (plan, id) => plan.floors.find((floor) => floor.id === id);
export const tablesOn = (plan, floorId) => plan.tables.filter((table) => table.floor === floorId);
export const trayOf = (plan) => plan.tables.filter((table) => table.floor === null);
export const isTable = (item) => "seats" in item;

/** Return the tables and fixtures of a floor: first what lies below. */
export const itemsOn = (plan, floorId) => [...(floorOf(plan, floorId)?.fixtures ?? []), ...tablesOn(plan, floorId)];

/** Return the plan with `change(item)` merged into each item of these ids. */
export function changed(plan, ids, change) {
  const wanted = new Set(ids);
  const apply = (item) => (wanted.has(item.id) ? { ...item, ...change(item) } : item);
  return {
    ...plan,
    tables: plan.tables.map(apply),
    floors: plan.floors.map((floor) => ({ ...floor, fixtures: floor.fixtures.map(apply) })),
  };
}

/** Return the plan with items moved together, as far as the floor reaches. */
export function moved(plan, floorId, ids, dx, dy) {
  const floor = floorOf(plan, floorId);
  const boxes = itemsOn(plan, floorId).filter((item) => ids.has(item.id));
  if (!boxes.length) return plan;
  const by = heldBack(boxes, Math.round(dx), Math.round(dy), floor);
  if (!by.dx && !by.dy) return plan;
  return changed(plan, ids, (item) => ({ x: item.x + by.dx, y: item.y + by.dy }));
}

/** Return the plan with new positions ([{ id, x, y }]) that stay on the floor. */
export function placed(plan, floorId, places) {
  const floor = floorOf(plan, floorId);
  const byId = new Map(places.map((place) => [place.id, place]));
  return changed(plan, byId.keys(), (item) => onFloor({ ...item, ...byId.get(item.id) }, floor));
}

/** Return the plan with facts of items changed (seats, shape, sizes, …). They stay on their floor. */
export function described(plan, ids, facts) {
  return changed(plan, ids, (item) => {
    const known = Object.fromEntries(Object.entries(facts).filter(([name]) => name in item));
    const floor =
      floorOf(plan, item.floor) ?? plan.floors.find((each) => each.fixtures.some((one) => one.id === item.id));
    const least = isTable(item) ? 20 : 4;
    const next = { ...item, ...known };
    Object.assign(next, { width: Math.max(least, next.width), height: Math.max(least, next.height) });
    if (!floor) return next;
    const sides = { width: Math.min(next.width, floor.width), height: Math.min(next.height, floor.height) };
    return { ...next, ...sides, ...onFloor({ ...next, ...sides }, floor) };
  });
}

/** Return the plan without these items. */
export function removed(plan, ids) {
  return {
    ...plan,
    tables: plan.tables.filter((table) => !ids.has(table.id)),
    floors: plan.floors.map((floor) => ({ ...floor, fixtures: floor.fixtures.filter((each) => !ids.has(each.id)) })),
  };
}

/** Return the name for a new table: `word` and the first number that is free from `first` on. */
export function nextName(names, word, first = 1) {
  const taken = new Set([...names].map((name) => name.toLowerCase()));
  let number = first;
  while (taken.has(`${word} ${number}`.trim().toLowerCase())) number += 1;
  return `${word} ${number}`.trim();
}

/** Return the word before the number of most tables, e.g. "Table" of "Table 12". */
export function commonWord(plan, fallback) {
  const counts = new Map();
  for (const { name } of plan.tables) {
    const word = name.match(/^(.*\S)\s+\d+$/)?.[1];
    if (word) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? fallback;
}

/** Return the section of most tables of a floor. A floor without any is a section of its own, if there are several. */
export function sectionOf(plan, floorId) {
  const counts = new Map();
  for (const { section } of tablesOn(plan, floorId)) counts.set(section, (counts.get(section) ?? 0) + 1);
  const most = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  const own = plan.floors.length > 1 || !plan.sections.length ? floorOf(plan, floorId).name : plan.sections[0];
  return most ?? own;
}

/** Return { plan, ids, left } with `count` new tables in rows of free places; `left` lie in the tray for lack of room.
 *
 * They are named by `word` and numbers from `first`; numbers in use are left out.
 */
export function withTables(plan, floorId, { count, first, word, ...facts }) {
  const floor = floorOf(plan, floorId);
  const like = { ...TABLE, section: sectionOf(plan, floorId), ...facts };
  const taken = itemsOn(plan, floorId);
  const places = roomFor(floor, taken, count, like);
  const names = new Set(plan.tables.map((table) => table.name));
  const made = [];
  for (let number = 0; number < count; number += 1) {
    const name = nextName(names, word, first);
    names.add(name);
    const spot = places[number];
    made.push({ id: newId(), ...like, name, floor: spot ? floorId : null, x: spot?.x ?? 0, y: spot?.y ?? 0 });
  }
  const sections = plan.sections.includes(like.section) ? plan.sections : [...plan.sections, like.section];
  const ids = made.map((table) => table.id);
  return { plan: { ...plan, sections, tables: [...plan.tables, ...made] }, ids, left: count - places.length };
}

/** Return free places for as many of `count` boxes as the floor holds; they stand closer if they must. */
function roomFor(floor, taken, count, size) {
  for (let wanted = count; wanted > 0; wanted -= 1) {
    for (const gap of [40, 20]) {
      const places = freePlaces(floor, taken, wanted, { ...size, gap });
      if (places) return places;
    }
  }
  return [];
}

/** Return { plan, id } with a new fixture in the middle of a floor. */
export function withFixture(plan, floorId, kind, text = "") {
  const floor = floorOf(plan, floorId);
  const size = FIXTURES[kind];
  const place = { x: (floor.width - size.width) / 2, y: (floor.height - size.height) / 2 };
  const made = { id: newId(), kind, ...size, ...onFloor({ ...place, ...size }, floor), rotation: 0, text };
  const floors = plan.floors.map((each) =>
    each.id === floorId ? { ...each, fixtures: [...each.fixtures, made] } : each,
  );
  return { plan: { ...plan, floors }, id: made.id };
}

/** Return { plan, ids } with copies of items, beside them or as far as the floor reaches. */
export function duplicated(plan, floorId, ids, word) {
  const floor = floorOf(plan, floorId);
  const items = itemsOn(plan, floorId).filter((item) => ids.has(item.id));
  if (!items.length) return { plan, ids: [] };
  const all = boundsOfAll(items);
  const wanted = all.x + 2 * all.width + 20 <= floor.width ? { dx: all.width + 20, dy: 0 } : { dx: 20, dy: 20 };
  const by = heldBack(items, Math.round(wanted.dx), wanted.dy, floor);
  const names = new Set(plan.tables.map((table) => table.name));
  const copies = items.map((item) => {
    const copy = { ...item, id: newId(), x: item.x + by.dx, y: item.y + by.dy };
    if (!isTable(item)) return copy;
    copy.name = nextName(names, item.name.match(/^(.*\S)\s+\d+$/)?.[1] ?? word);
    names.add(copy.name);
    return copy;
  });
  const fixtures = copies.filter((copy) => !isTable(copy));
  const floors = plan.floors.map((each) =>
    each.id === floorId ? { ...each, fixtures: [...each.fixtures, ...fixtures] } : each,
  );
  const tables = [...plan.tables, ...copies.filter(isTable)];
  return { plan: { ...plan, floors, tables }, ids: copies.map((copy) => copy.id) };
}

/** Return the plan with tables taken to a floor, at free places there, or into the tray (null). */
export function taken(plan, ids, floorId) {
  const floor = floorOf(plan, floorId);
  let now = plan;
  for (const table of plan.tables.filter((each) => ids.has(each.id))) {
    const spot = floor && (freePlaces(floor, itemsOn(now, floorId), 1, table)?.[0] ?? { x: 0, y: 0 });
    now = changed(now, [table.id], () => ({ floor: floorId, ...spot }));
  }
  return now;
}
