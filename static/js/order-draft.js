// The draft of an order, kept in this browser and on the server. Changes name single lines, so that two waiters at one
// table do not overwrite each other (orders/services/drafting.py).

const RETRY_MS = 3_000;

/** A draft with the changes that the server does not have yet. `post(body)` answers {ok, offline, state, problem}. */
export class Draft {
  constructor({ name, storage, post, changed, later = (run, delay) => setTimeout(run, delay) }) {
    Object.assign(this, { name, storage, post, changed, later });
    this.lines = [];
    this.details = {};
    this.put = new Set(); // keys of lines to send
    this.removed = new Set();
    this.detailsChanged = false;
    this.offline = false;
    this.busy = false;
  }

  /** Begin with the server's draft, and the changes of an earlier visit that never reached the server. */
  begin(state) {
    const kept = this.read();
    this.take(state);
    if (!kept) return;
    const gone = new Set(kept.removed ?? []);
    this.removed = new Set([...gone].filter((key) => this.has(key)));
    for (const line of kept.lines ?? []) {
      if (!(kept.put ?? []).includes(line.key)) continue;
      this.set(line);
    }
    if (kept.details) {
      this.details = kept.details;
      this.detailsChanged = true;
    }
    this.lines = this.lines.filter((line) => !this.removed.has(line.key));
  }

  has(key) {
    return this.lines.some((line) => line.key === key);
  }

  line(key) {
    return this.lines.find((line) => line.key === key);
  }

  /** Return whether the server lacks something. */
  get isPending() {
    return this.put.size > 0 || this.removed.size > 0 || this.detailsChanged;
  }

  set(line) {
    const place = this.lines.findIndex((each) => each.key === line.key);
    if (place < 0) this.lines.push(line);
    else this.lines[place] = line;
    this.put.add(line.key);
  }

  change(...lines) {
    for (const line of lines) this.set(line);
    this.keep();
  }

  remove(...keys) {
    for (const key of keys) {
      this.lines = this.lines.filter((line) => line.key !== key);
      this.put.delete(key);
      this.removed.add(key);
    }
    this.keep();
  }

  setDetails(details) {
    this.details = { ...this.details, ...details };
    this.detailsChanged = true;
    this.keep();
  }

  keep() {
    this.write();
    this.changed();
    this.sync();
  }

  /** Take the server's draft over: its lines, with my own changes that it does not have yet. */
  take(state) {
    const theirs = state.draft.lines.filter((line) => !this.removed.has(line.key));
    const known = new Set(theirs.map((line) => line.key));
    const mine = new Map(this.lines.filter((line) => this.put.has(line.key)).map((line) => [line.key, line]));
    this.lines = theirs.map((line) => mine.get(line.key) ?? line);
    for (const [key, line] of mine) if (!known.has(key)) this.lines.push(line);
    if (!this.detailsChanged) this.details = { ...state.draft.details };
    this.write();
  }

  /** Forget lines that were sent. */
  forget(keys) {
    this.lines = this.lines.filter((line) => !keys.includes(line.key));
    for (const key of keys) {
      this.put.delete(key);
      this.removed.delete(key);
    }
    if (!this.lines.length) this.details = {};
    this.detailsChanged = false;
    this.write();
  }

  /** Send the changes, one request at a time; without a connection try again soon. */
  async sync() {
    if (this.busy || !this.isPending) return;
    this.busy = true;
    clearTimeout(this.retry);
    const sent = {
      put: new Map(this.pendingLines()),
      removed: [...this.removed],
      details: this.detailsChanged ? this.details : null,
    };
    const answer = await this.post(this.body());
    this.busy = false;
    this.offline = Boolean(answer.offline);
    if (answer.ok) this.settle(sent, answer.state);
    else if (answer.offline) this.retry = this.later(() => this.sync(), RETRY_MS);
    this.changed(answer);
    if (answer.ok) await this.sync();
  }

  pendingLines() {
    return this.lines.filter((line) => this.put.has(line.key)).map((line) => [line.key, line]);
  }

  body() {
    const put = this.pendingLines().map(([, line]) => withoutNames(line));
    const body = { put, removed: [...this.removed] };
    return this.detailsChanged ? { ...body, details: this.details } : body;
  }

  /** Forget the changes that the server has now; what changed meanwhile stays to be sent. */
  settle(sent, state) {
    for (const [key, line] of sent.put) if (this.line(key) === line || !this.has(key)) this.put.delete(key);
    for (const key of sent.removed) this.removed.delete(key);
    for (const key of state.refused) {
      this.put.delete(key);
      this.lines = this.lines.filter((line) => line.key !== key);
    }
    if (sent.details === this.details) this.detailsChanged = false;
    this.take(state);
  }

  read() {
    try {
      return JSON.parse(this.storage.getItem(this.name));
    } catch {
      return null;
    }
  }

  write() {
    try {
      if (!this.isPending) this.storage.removeItem(this.name);
      else
        this.storage.setItem(
          this.name,
          JSON.stringify({
            lines: this.lines,
            put: [...this.put],
            removed: [...this.removed],
            details: this.detailsChanged ? this.details : null,
          }),
        );
    } catch {
      // A browser without storage or with a full one: the server keeps the draft.
    }
  }
}

/** Return a line without what only the server writes. */
export function withoutNames({ by: _by, ...line }) {
  return line;
}

/** Return the next moment of a time of day, as the server reads it. */
export function nextTime(typed) {
  const [hours, minutes] = typed.split(":").map(Number);
  const moment = new Date();
  moment.setHours(hours, minutes, 0, 0);
  if (moment.getTime() < Date.now() - 60_000) moment.setDate(moment.getDate() + 1);
  return moment.toISOString();
}
