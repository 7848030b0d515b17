// The place of a page in the server's event log: {seq, epoch}. Pure functions for live.js.

/** Return the place of a page after a pushed message, or null when the message belongs to another history. */
export function placeAfter(place, { kind, seq, epoch }) {
  if (kind === "snapshot") return { seq, epoch };
  if (epoch !== place.epoch) return null;
  const behind = place.seq !== null && seq < place.seq;
  return behind ? place : { seq, epoch };
}

/** Return whether a heartbeat comes from another history: another epoch, or a log that ends before this place. */
export function isOtherHistory(place, { seq, epoch }) {
  return epoch !== place.epoch || seq < place.seq;
}

const OVER_A_LIMIT = [4408, 4429]; // too many messages; too many sockets

/** Return the milliseconds in which the server wants no new connection after a close code. */
export function refusedFor(code, random = Math.random()) {
  return OVER_A_LIMIT.includes(code) ? 10_000 + 5000 * random : 0;
}

/** Return the milliseconds until the next try to connect: more after each failure, at most 3000, with jitter. */
export function retryDelay(attempt, random = Math.random()) {
  return Math.min(3000, 250 * 2 ** attempt) * (0.5 + random / 2);
}
