// Two people have changed a plan. The changes of both are joined; where they differ, `mine` wins until the person says
// otherwise. Pure functions.

const flat = (row) => row && JSON.stringify(Object.entries(row).sort(([one], [other]) => (one < other ? -1 : 1)));
const same = (one, other) => flat(one) === flat(other);

/** Return { id: row } of all tables, floors and fixtures. A fixture knows its floor; a floor leaves its fixtures out. */
function rowsOf(plan) {
  const rows = new Map();
  for (const table of plan.tables) rows.set(table.id, { kind: "table", row: table });
  for (const { fixtures, ...floor } of plan.floors) {
    rows.set(floor.id, { kind: "floor", row: floor });
    for (const fixture of fixtures) rows.set(fixture.id, { kind: "fixture", row: { ...fixture, floor: floor.id } });
  }
  return rows;
}

/** Return what differs between two plans: [{ id, kind, row, what }] with `what` "added", "changed" or "removed". */
export function differences(before, after) {
  const [old, now] = [rowsOf(before), rowsOf(after)];
  const found = [];
  for (const [id, { kind, row }] of now) {
    if (!old.has(id)) found.push({ id, kind, row, what: "added" });
    else if (!same(old.get(id).row, row)) found.push({ id, kind, row, what: "changed" });
  }
  for (const [id, { kind, row }] of old) if (!now.has(id)) found.push({ id, kind, row, what: "removed" });
  return found;
}

/** Return rows put together to a plan again. `like` has its other parts. */
function planOf(rows, like) {
  const of = (kind) => [...rows.values()].filter((each) => each.kind === kind).map((each) => each.row);
  const floors = of("floor").map((floor) => ({ ...floor, fixtures: [] }));
  const byId = new Map(floors.map((floor) => [floor.id, floor]));
  for (const { floor, ...fixture } of of("fixture")) byId.get(floor)?.fixtures.push(fixture);
  const tables = of("table").map((table) => (byId.has(table.floor) ? table : { ...table, floor: null }));
  const sections = [...new Set([...like.sections, ...tables.map((table) => table.section)])];
  return { ...like, sections, floors, tables };
}

/** Join changes of two people since `base`. Return { plan, conflicts, theirs }.
 *
 * `plan` has the changes of both, `theirs` what the other person changed, `conflicts` the rows that both changed
 * differently: { id, kind, mine, theirs } where null is a removed row. `keep` has the ids of conflicts in which the
 * other person's row is taken.
 */
export function merged(base, mine, theirs, keep = new Set()) {
  const [old, own, other] = [rowsOf(base), rowsOf(mine), rowsOf(theirs)];
  const rows = new Map(other);
  const conflicts = [];
  for (const id of new Set([...old.keys(), ...own.keys()])) {
    const [was, is, said] = [old.get(id)?.row, own.get(id)?.row, other.get(id)?.row];
    if (same(was, is)) continue;
    const isConflict = !same(was, said) && !same(is, said);
    if (isConflict) {
      const kind = (own.get(id) ?? other.get(id)).kind;
      conflicts.push({ id, kind, mine: is ?? null, theirs: said ?? null });
    }
    if (isConflict && keep.has(id)) continue;
    if (own.has(id)) rows.set(id, own.get(id));
    else rows.delete(id);
  }
  return { plan: planOf(rows, theirs), conflicts, theirs: differences(base, theirs) };
}
