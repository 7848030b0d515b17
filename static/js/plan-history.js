// Undo and redo over plans that are never changed in place. Pure functions.

const MOST = 200; // steps back

/** Return the history of a plan that nobody has changed. */
export function begun(plan) {
  return { past: [], now: plan, future: [] };
}

/** Return the history after a change. `words` say what was done; changes with the same `run` are one step. */
export function committed(history, plan, words, run = "") {
  if (plan === history.now) return history;
  const last = history.past.at(-1);
  if (run && last?.run === run && !history.future.length) return { ...history, now: plan, future: [] };
  return { past: [...history.past, { plan: history.now, words, run }].slice(-MOST), now: plan, future: [] };
}

/** Return the history one step back, or the same one. */
export function undone(history) {
  const last = history.past.at(-1);
  if (!last) return history;
  const ahead = { plan: history.now, words: last.words };
  return { past: history.past.slice(0, -1), now: last.plan, future: [ahead, ...history.future] };
}

/** Return the history one step forward again, or the same one. */
export function redone(history) {
  const [next, ...rest] = history.future;
  if (!next) return history;
  return { past: [...history.past, { plan: history.now, words: next.words, run: "" }], now: next.plan, future: rest };
}

/** Return the words of the step that undo takes back, or "". */
export const undoWords = (history) => history.past.at(-1)?.words ?? "";

/** Return the words of the step that redo does again, or "". */
export const redoWords = (history) => history.future[0]?.words ?? "";
