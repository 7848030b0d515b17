import assert from "node:assert/strict";
import test from "node:test";
import { PATIENCE_MS, Sender } from "../../static/js/order-send.js";

const OK = { ok: true, state: { order: { id: 1 } } };
const AWAY = { offline: true };

function open(...answers) {
  const sent = [];
  const timers = [];
  const clock = { now: 0 };
  const sender = new Sender({
    post: (body) => {
      sent.push(body);
      return Promise.resolve(answers.shift() ?? OK);
    },
    changed: () => {},
    clock: () => clock.now,
    later: (run) => timers.push(run),
  });
  return { sender, sent, timers, clock };
}

const body = { key: "k", lines: [{ key: "a" }], total: "10.00" };

test("a press is one request", async () => {
  const { sender, sent } = open(OK);
  await sender.press(body);
  assert.equal(sender.state, "sent");
  assert.deepEqual(sent, [body]);
});

test("without a connection the same key is tried again", async () => {
  const { sender, sent, timers } = open(AWAY, AWAY, OK);
  await sender.press(body);
  assert.equal(sender.state, "waiting");
  await timers.at(-1)();
  await timers.at(-1)();
  assert.equal(sender.state, "sent");
  assert.deepEqual(
    sent.map((each) => each.key),
    ["k", "k", "k"],
  );
});

test("a second press does nothing while one is on its way", async () => {
  const { sender, sent } = open(AWAY);
  await sender.press(body);
  await sender.press({ ...body, key: "other" });
  assert.equal(sent.length, 1);
});

test("after two minutes the waiter is asked", async () => {
  const { sender, sent, timers, clock } = open(AWAY, OK);
  await sender.press(body);
  clock.now = PATIENCE_MS + 1;
  await timers.at(-1)();
  assert.deepEqual([sender.state, sender.why, sent.length], ["ask", "old", 1]);
  await sender.agree();
  assert.deepEqual([sender.state, sent[1].key], ["sent", "k"]);
});

test("after a price change the waiter is asked, and agrees to the new total", async () => {
  const { sender, sent } = open({ code: "price_changed", problem: "Prices changed", total: "12.00" }, OK);
  await sender.press(body);
  assert.deepEqual([sender.state, sender.why], ["ask", "changed"]);
  await sender.agree(sender.answer.total);
  assert.deepEqual([sender.state, sent[1].total, sent[1].key], ["sent", "12.00", "k"]);
});

test("a dish that was sold out meanwhile is asked about after a retry, and refused at once before", async () => {
  const soldOut = { code: "sold_out", problem: "Duck is sold out." };
  const late = open(AWAY, soldOut);
  await late.sender.press(body);
  await late.timers.at(-1)();
  assert.equal(late.sender.state, "ask");
  const early = open(soldOut);
  await early.sender.press(body);
  assert.deepEqual([early.sender.state, early.sender.problem], ["refused", "Duck is sold out."]);
});

test("the waiter may stop trying", async () => {
  const { sender, sent, timers } = open(AWAY);
  await sender.press(body);
  sender.stop();
  await timers.at(-1)();
  assert.deepEqual([sender.state, sent.length], ["idle", 1]);
});

test("lines on their way are held until the answer, so that no change of them is lost", async () => {
  const { sender, timers } = open(AWAY, OK);
  assert.equal(sender.holds("a"), false);
  await sender.press(body);
  assert.deepEqual([sender.holds("a"), sender.holds("b")], [true, false]);
  await timers.at(-1)();
  assert.equal(sender.holds("a"), false);
});
