import assert from "node:assert/strict";
import test from "node:test";
import { Draft } from "../../static/js/order-draft.js";

const line = (key, quantity = 1) => ({ key, item: 1, quantity, modifiers: [], allergies: [], note: "" });

/** A server that keeps a draft as orders/services/drafting.py does; `away` cuts the line. */
class Server {
  constructor() {
    Object.assign(this, { lines: new Map(), gone: new Set(), version: 0, away: false, asked: 0, details: {} });
  }

  state(refused = []) {
    return {
      draft: { lines: [...this.lines.values()], details: this.details, version: this.version, by: "Ana", at: null },
      refused,
    };
  }

  post = async (body) => {
    this.asked += 1;
    await null;
    if (this.away) return { offline: true };
    const refused = body.put.filter((each) => this.gone.has(each.key)).map((each) => each.key);
    for (const each of body.put) if (!this.gone.has(each.key)) this.lines.set(each.key, each);
    for (const key of body.removed) this.drop(key);
    if (body.details) this.details = body.details;
    this.version += 1;
    return { ok: true, state: this.state(refused) };
  };

  drop(key) {
    this.lines.delete(key);
    this.gone.add(key);
  }
}

function storage() {
  const kept = new Map();
  return {
    kept,
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, value),
    removeItem: (name) => kept.delete(name),
  };
}

function open(server, kept = storage()) {
  const timers = [];
  const draft = new Draft({
    name: "d",
    storage: kept,
    post: server.post,
    changed: () => {},
    later: (run) => timers.push(run),
  });
  draft.begin(server.state());
  return { draft, kept, timers };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
const keys = (draft) => draft.lines.map((each) => each.key);

test("a change reaches the server, and nothing is kept here any more", async () => {
  const server = new Server();
  const { draft, kept } = open(server);
  draft.change(line("a"));
  assert.ok(kept.getItem("d"), "kept here at once");
  await settled();
  assert.deepEqual([...server.lines.keys()], ["a"]);
  assert.equal(kept.getItem("d"), null);
  assert.equal(draft.isPending, false);
});

test("two devices add lines and see each other's", async () => {
  const server = new Server();
  const one = open(server);
  const other = open(server);
  one.draft.change(line("a"));
  other.draft.change(line("b"));
  await settled();
  one.draft.take(server.state());
  assert.deepEqual(keys(one.draft), ["a", "b"]);
  assert.deepEqual(keys(other.draft).sort(), ["a", "b"]);
});

test("without a connection lines survive a reload and are sent later", async () => {
  const server = new Server();
  server.away = true;
  const first = open(server);
  first.draft.change(line("a", 2));
  await settled();
  assert.equal(first.draft.offline, true);
  const second = open(server, first.kept);
  assert.deepEqual(second.draft.lines, [line("a", 2)]);
  server.away = false;
  await second.draft.sync();
  assert.equal(server.lines.get("a").quantity, 2);
});

test("a lost connection is tried again", async () => {
  const server = new Server();
  server.away = true;
  const { draft, timers } = open(server);
  draft.change(line("a"));
  await settled();
  server.away = false;
  await timers.at(-1)();
  assert.deepEqual([...server.lines.keys()], ["a"]);
});

test("a line that a colleague sent disappears, and my change to it does not bring it back", async () => {
  const server = new Server();
  const { draft } = open(server);
  draft.change(line("a"), line("b"));
  await settled();
  server.drop("a");
  draft.change(line("a", 5));
  await settled();
  assert.deepEqual(keys(draft), ["b"]);
  assert.deepEqual([...server.lines.keys()], ["b"]);
});

test("a change during a request is sent after it", async () => {
  const server = new Server();
  const { draft } = open(server);
  draft.change(line("a"));
  draft.change(line("a", 3));
  await settled();
  assert.equal(server.lines.get("a").quantity, 3);
  assert.equal(draft.isPending, false);
});

test("details that change during a request are sent after it", async () => {
  const server = new Server();
  const { draft } = open(server);
  draft.setDetails({ courses: { 1: "hold" } });
  draft.setDetails({ courses: { 1: "fire" } });
  await settled();
  assert.deepEqual(server.details, { courses: { 1: "fire" } });
  assert.deepEqual(draft.details, { courses: { 1: "fire" } });
  assert.equal(draft.isPending, false);
});

test("a removal without a connection survives a reload", async () => {
  const server = new Server();
  const first = open(server);
  first.draft.change(line("a"), line("b"));
  await settled();
  server.away = true;
  first.draft.remove("a");
  await settled();
  const second = open(server, first.kept);
  assert.deepEqual(keys(second.draft), ["b"]);
  server.away = false;
  await second.draft.sync();
  assert.deepEqual([...server.lines.keys()], ["b"]);
});

test("sent lines are forgotten here", async () => {
  const server = new Server();
  const { draft } = open(server);
  draft.change(line("a"), line("b"));
  await settled();
  draft.forget(["a"]);
  assert.deepEqual(keys(draft), ["b"]);
});
