// Where the chairs of a table stand, as orders/floor/shapes.py draws them for the waiters: { x, y, length, degrees } around
// the middle of the table that is not turned. Pure functions.

export const DEPTH = 10;
const [GAP, LENGTH] = [3, 24];

/** Return the chairs around a table. */
export function chairsOf({ shape, width, height, seats }) {
  return shape === "round" ? around(width, height, seats) : beside(width, height, seats);
}

function around(width, height, seats) {
  const length = Math.min(LENGTH, (((Math.PI * (width + height)) / 2) * 0.75) / seats);
  return Array.from({ length: seats }, (_none, seat) => {
    const degrees = (360 * (seat + 0.5)) / seats - 90;
    const angle = (degrees * Math.PI) / 180;
    const out = GAP + DEPTH / 2;
    const [x, y] = [Math.cos(angle) * (width / 2 + out), Math.sin(angle) * (height / 2 + out)];
    return { x, y, length, degrees: degrees + 90 };
  });
}

function beside(width, height, seats) {
  const upright = height > width;
  const [long, short] = upright ? [height, width] : [width, height];
  const atEnds = seats >= 6 && long > 3 * short ? 2 : 0;
  const rest = seats - atEnds;
  const found = [];
  const add = (along, across, lies, length) =>
    found.push({ ...(upright ? { x: across, y: along } : { x: along, y: across }), length, degrees: lies ? 0 : 90 });
  for (const [side, count] of [
    [-1, Math.ceil(rest / 2)],
    [1, Math.floor(rest / 2)],
  ]) {
    const length = Math.min(LENGTH, (long / Math.max(count, 1)) * 0.75);
    for (let seat = 0; seat < count; seat += 1) {
      add(long * ((seat + 0.5) / count - 0.5), side * (short / 2 + GAP + DEPTH / 2), !upright, length);
    }
  }
  for (const side of atEnds ? [-1, 1] : []) add(side * (long / 2 + GAP + DEPTH / 2), 0, upright, LENGTH);
  return found;
}
