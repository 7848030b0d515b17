// Boxes on a floor: { x, y, width, height, rotation } in units of the floor, turned around the middle. Pure functions.

const radians = (degrees) => (degrees * Math.PI) / 180;

/** Return a point turned around the origin. */
export function turned(x, y, degrees) {
  const [cos, sin] = [Math.cos(radians(degrees)), Math.sin(radians(degrees))];
  return { x: x * cos - y * sin, y: x * sin + y * cos };
}

/** Return the middle of a box. */
export function middleOf(box) {
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Return the upright box around a box that may be turned. */
export function boundsOf(box) {
  const [cos, sin] = [Math.abs(Math.cos(radians(box.rotation))), Math.abs(Math.sin(radians(box.rotation)))];
  const [width, height] = [box.width * cos + box.height * sin, box.width * sin + box.height * cos];
  const middle = middleOf(box);
  return { x: middle.x - width / 2, y: middle.y - height / 2, width, height };
}

/** Return the upright box around several boxes. */
export function boundsOfAll(boxes) {
  const all = boxes.map(boundsOf);
  const [x, y] = [Math.min(...all.map((each) => each.x)), Math.min(...all.map((each) => each.y))];
  const right = Math.max(...all.map((each) => each.x + each.width));
  const bottom = Math.max(...all.map((each) => each.y + each.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** Return a position in whole units at which a box lies on its floor. */
export function onFloor(box, floor) {
  const within = (value, size, most) => Math.max(0, Math.min(Math.round(value), most - size));
  return { x: within(box.x, box.width, floor.width), y: within(box.y, box.height, floor.height) };
}

/** Return how far a group can move towards (dx, dy) until its first box meets the edge of the floor. */
export function heldBack(boxes, dx, dy, floor) {
  const [left, top] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))];
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return {
    dx: Math.max(-left, Math.min(dx, floor.width - right)),
    dy: Math.max(-top, Math.min(dy, floor.height - bottom)),
  };
}

/** Return a box after one of its handles was pulled by (dx, dy). The opposite side stays where it is.
 *
 * `handle` is the side of the box as { x, y } of -1, 0 and 1.
 */
export function resized(box, handle, dx, dy, { least = 20, step = 1 } = {}) {
  const pulled = turned(dx, dy, -box.rotation);
  const round = (value) => Math.max(least, Math.round(value / step) * step);
  const width = handle.x ? round(box.width + handle.x * pulled.x) : box.width;
  const height = handle.y ? round(box.height + handle.y * pulled.y) : box.height;
  const shift = turned((handle.x * (width - box.width)) / 2, (handle.y * (height - box.height)) / 2, box.rotation);
  const middle = middleOf(box);
  const [x, y] = [middle.x + shift.x - width / 2, middle.y + shift.y - height / 2];
  return { ...box, x: Math.round(x), y: Math.round(y), width, height };
}

/** Return the rotation of a box whose upper handle points from its middle to a point, in steps of degrees. */
export function rotationTo(box, point, step = 15) {
  const middle = middleOf(box);
  const degrees = (Math.atan2(point.x - middle.x, middle.y - point.y) * 180) / Math.PI;
  return (((Math.round(degrees / step) * step) % 360) + 360) % 360;
}

/** Return whether two upright boxes overlap by more than a hair. */
export function overlap(one, other) {
  const across = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const down = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  return across > 1 && down > 1;
}

/** Return the corners of a box that may be turned. */
function cornersOf(box) {
  const middle = middleOf(box);
  return [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].map(([x, y]) => {
    const corner = turned((x * box.width) / 2, (y * box.height) / 2, box.rotation);
    return { x: middle.x + corner.x, y: middle.y + corner.y };
  });
}

/** Return whether a line in a direction separates two sets of corners. */
function isApart(one, other, degrees) {
  const [cos, sin] = [Math.cos(radians(degrees)), Math.sin(radians(degrees))];
  const along = (corners) => corners.map((corner) => corner.x * cos + corner.y * sin);
  const [first, second] = [along(one), along(other)];
  return Math.max(...first) - Math.min(...second) <= 1 || Math.max(...second) - Math.min(...first) <= 1;
}

/** Return whether two boxes whose bounds overlap do so themselves, by more than a hair. */
function clash(one, other) {
  const [first, second] = [cornersOf(one), cornersOf(other)];
  const directions = [one.rotation, one.rotation + 90, other.rotation, other.rotation + 90];
  return !directions.some((degrees) => isApart(first, second, degrees));
}

/** Return the ids of boxes that overlap another one. */
export function overlapping(boxes) {
  const all = boxes.map((box) => ({ box, bounds: boundsOf(box) })).sort((a, b) => a.bounds.x - b.bounds.x);
  const found = new Set();
  all.forEach(({ box, bounds }, at) => {
    for (let next = at + 1; next < all.length && all[next].bounds.x < bounds.x + bounds.width; next += 1) {
      const other = all[next];
      if (overlap(bounds, other.bounds) && clash(box, other.box)) found.add(box.id).add(other.box.id);
    }
  });
  return found;
}

const EDGES = {
  left: (box, all) => ({ x: box.x + all.x - boundsOf(box).x }),
  right: (box, all) => ({ x: box.x + all.x + all.width - boundsOf(box).x - boundsOf(box).width }),
  center: (box, all) => ({ x: all.x + all.width / 2 - box.width / 2 }),
  top: (box, all) => ({ y: box.y + all.y - boundsOf(box).y }),
  bottom: (box, all) => ({ y: box.y + all.y + all.height - boundsOf(box).y - boundsOf(box).height }),
  middle: (box, all) => ({ y: all.y + all.height / 2 - box.height / 2 }),
};

/** Return the new positions of boxes that are aligned at an edge of theirs. */
export function aligned(boxes, edge) {
  const all = boundsOfAll(boxes);
  return boxes.map((box) => ({ id: box.id, ...EDGES[edge](box, all) }));
}

/** Return the new positions of boxes with equal gaps between them; the outermost stay. `axis` is "x" or "y". */
export function distributed(boxes, axis) {
  const side = axis === "x" ? "width" : "height";
  const sorted = boxes.map((box) => ({ box, bounds: boundsOf(box) })).sort((a, b) => a.bounds[axis] - b.bounds[axis]);
  const all = boundsOfAll(boxes);
  const gap = (all[side] - sorted.reduce((sum, each) => sum + each.bounds[side], 0)) / (sorted.length - 1);
  let at = all[axis];
  return sorted.map(({ box, bounds }) => {
    const place = { id: box.id, [axis]: box[axis] + at - bounds[axis] };
    at += bounds[side] + gap;
    return place;
  });
}

/** Return free places on a floor for `count` upright boxes of a size, in rows; null if they do not fit. */
export function freePlaces(floor, taken, count, { width, height, gap = 40 }) {
  const found = [];
  const bounds = taken.map(boundsOf);
  for (let y = gap / 2; y + height <= floor.height; y += height + gap) {
    for (let x = gap / 2; x + width <= floor.width; x += width + gap) {
      const box = { x, y, width, height };
      if (!bounds.some((each) => overlap(box, each))) found.push({ x, y });
      if (found.length === count) return found;
    }
  }
  return found.length === count ? found : null;
}

/** Return the item that comes next in a direction ("left", "right", "up", "down") from another one, or null. */
export function neighbour(items, from, direction) {
  const [axis, sign] = { left: ["x", -1], right: ["x", 1], up: ["y", -1], down: ["y", 1] }[direction];
  const cross = axis === "x" ? "y" : "x";
  const start = middleOf(from);
  const distance = (item) => {
    const middle = middleOf(item);
    return Math.abs(middle[axis] - start[axis]) + 2 * Math.abs(middle[cross] - start[cross]);
  };
  const ahead = items.filter((item) => item.id !== from.id && sign * (middleOf(item)[axis] - start[axis]) > 1);
  return ahead.sort((a, b) => distance(a) - distance(b))[0] ?? null;
}
