// Which tables the floor shows, and which part of the room. Pure functions: floor-tabs.js and floor-keys.js call them.

const ZOOMS = [100, 125, 150, 200, 300]; // percent; css/pages/room.css has a rule for each
const LEAST = { width: 420, height: 320 }; // of the part of the room that is shown
const MARGIN = 16;
const FINGER = 44; // pixels

/** Return whether a table belongs to a tab. */
export function isIn(tab, table, person) {
  if (tab === "all") return true;
  if (tab === "mine") return Boolean(person) && table.dataset.server === person;
  return table.dataset.section === tab || table.dataset.floor === tab;
}

/** Return whether a tab shows all of a floor, with its walls. */
export function showsRoom(tab, room) {
  return tab === "all" || room.dataset.room === tab;
}

/**
 * Return whether a tab shows a table: besides the person's own tables those that need somebody and belong to nobody. A call
 * that nobody has taken for long is shown in every tab.
 */
export function isShown(tab, table, person) {
  const isNobodys = !table.dataset.server && "needs" in table.dataset;
  return isIn(tab, table, person) || (tab === "mine" && isNobodys) || "forAll" in table.dataset;
}

/** Return the zoom after `by` steps from this one. */
export function stepZoom(zoom, by) {
  const place = ZOOMS.indexOf(Number(zoom));
  return ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, Math.max(0, place) + by))];
}

/** Return the box around these boxes with a margin, and not smaller than the least. */
export function boxAround(boxes) {
  const left = Math.min(...boxes.map((box) => box.x)) - MARGIN;
  const top = Math.min(...boxes.map((box) => box.y)) - MARGIN;
  const width = Math.max(...boxes.map((box) => box.x + box.width)) + MARGIN - left;
  const height = Math.max(...boxes.map((box) => box.y + box.height)) + MARGIN - top;
  const wider = Math.max(0, LEAST.width - width);
  const taller = Math.max(0, LEAST.height - height);
  return [left - wider / 2, top - taller / 2, width + wider, height + taller].map(Math.round).join(" ");
}

/** Return the width in pixels of a plan on which the smallest table is large enough for a finger. */
export function leastWidth(width, sides) {
  return sides.length ? Math.ceil((width * FINGER) / Math.min(...sides)) : 0;
}

/** Return the number at the end of a table's name: "12" of "Table 12"; "" of a name without one. */
export function numberOf(label) {
  return label.split(",")[0].match(/(\d+)\D*$/)?.[1] ?? "";
}
