// Snapping while something is moved: to the edges and middles of other boxes, else to the grid. Pure functions.

export const GRID = 10;
const NEAR = 6; // units within which a line attracts

const lines = (box, axis) => {
  const size = axis === "x" ? box.width : box.height;
  return [box[axis], box[axis] + size / 2, box[axis] + size];
};

/** Return { by, at } of the nearest line that attracts a box on an axis, or null. */
function attraction(box, others, axis) {
  let best = null;
  for (const other of others) {
    for (const at of lines(other, axis)) {
      for (const own of lines(box, axis)) {
        const by = at - own;
        if (Math.abs(by) <= NEAR && (!best || Math.abs(by) < Math.abs(best.by))) best = { by, at };
      }
    }
  }
  return best;
}

/** Return how far to move the upright box around what is dragged, and the guides to show: { dx, dy, guides }.
 *
 * A guide is { axis, at }: a line across the floor. With `free` nothing attracts.
 */
export function snapped(box, dx, dy, others, { free = false, grid = GRID } = {}) {
  if (free) return { dx: Math.round(dx), dy: Math.round(dy), guides: [] };
  const moved = { ...box, x: box.x + dx, y: box.y + dy };
  const guides = [];
  const along = (axis, by) => {
    const found = attraction(moved, others, axis);
    if (!found) return by + (Math.round(moved[axis] / grid) * grid - moved[axis]);
    guides.push({ axis, at: found.at });
    return by + found.by;
  };
  return { dx: along("x", dx), dy: along("y", dy), guides };
}
