// Floors of a plan, and what a plan says in the request that saves it. Pure functions.

import { floorOf, newId, tablesOn } from "./plan-edits.js";
import { onFloor } from "./plan-geometry.js";

/** Return { plan, id } with a new floor of the size of the last one. */
export function withFloor(plan, name) {
  const names = new Set(plan.floors.map((floor) => floor.name));
  let free = name;
  for (let number = 2; names.has(free); number += 1) free = `${name} ${number}`;
  const last = plan.floors.at(-1);
  const made = { id: newId(), name: free, width: last?.width ?? 1000, height: last?.height ?? 700, fixtures: [] };
  return { plan: { ...plan, floors: [...plan.floors, made] }, id: made.id };
}

/** Return the plan with facts of a floor changed. What lay beyond a new edge moves inside. */
export function withFloorFacts(plan, id, facts) {
  const floor = { ...floorOf(plan, id), ...facts };
  const inside = (item) => {
    const sides = { width: Math.min(item.width, floor.width), height: Math.min(item.height, floor.height) };
    return { ...item, ...sides, ...onFloor({ ...item, ...sides }, floor) };
  };
  return {
    ...plan,
    floors: plan.floors.map((each) => (each.id === id ? { ...floor, fixtures: floor.fixtures.map(inside) } : each)),
    tables: plan.tables.map((table) => (table.floor === id ? inside(table) : table)),
  };
}

/** Return the plan without a floor; its tables lie in the tray. The last floor stays. */
export function withoutFloor(plan, id) {
  if (plan.floors.length < 2) return plan;
  const gone = new Set(tablesOn(plan, id).map((table) => table.id));
  return {
    ...plan,
    floors: plan.floors.filter((floor) => floor.id !== id),
    tables: plan.tables.map((table) => (gone.has(table.id) ? { ...table, floor: null } : table)),
  };
}

/** Return the body of the request that saves a plan. */
export function bodyOf({ floors, tables }) {
  return { floors, tables };
}
