// The arithmetic of the timeline: where a bar lands. Places are { minutes, line }: minutes since the first hour, number of the table.
// A grid has the `tops` of the tables, which are not all at the same distance: names of sections stand between them.

/** Return the place of a bar that was pulled by units of the drawing, at a slot and at one of the tables. */
export function pulledTo(from, dx, dy, grid) {
  const slots = Math.round(((dx / grid.hour) * 60) / grid.slot);
  const line = nearest(grid.tops, grid.tops[from.line] + dy);
  return { minutes: slots ? slotNear(from.minutes, slots, grid.slot) : from.minutes, line };
}

/** Return the place one step further: a slot to the side, a table up or down. */
export function stepped(place, [across, down], grid) {
  const minutes = across ? slotNear(place.minutes, across, grid.slot) : place.minutes;
  return { minutes, line: clamped(place.line + down, grid.tops.length) };
}

/** Return the tables of a booking after its bar at one table went to another, or null where it has that one already. */
export function tablesAfter(tables, from, to) {
  if (from === to) return tables;
  return tables.includes(to) ? null : tables.map((table) => (table === from ? to : table));
}

/** Return the minutes so many slots later, at the begin of a slot. */
function slotNear(minutes, slots, slot) {
  const exact = minutes / slot;
  return (slots > 0 ? Math.floor(exact) + slots : Math.ceil(exact) + slots) * slot;
}

/** Return the number of the table whose top is nearest. */
function nearest(tops, y) {
  const far = tops.map((top) => Math.abs(top - y));
  return far.indexOf(Math.min(...far));
}

const clamped = (line, lines) => Math.min(Math.max(line, 0), lines - 1);
