// Send: one order for one press, however often it is tried. A Send without a connection is tried again with its key as
// long as the page is open; after two minutes, or when a price or a dish changed meanwhile, the waiter is asked first.

export const PATIENCE_MS = 120_000;
const RETRY_MS = 3_000;

/** The states: idle, sending, waiting (no connection), ask (why: "old" or "changed"), refused, sent. */
export class Sender {
  constructor({ post, changed, clock = Date.now, later = (run, delay) => setTimeout(run, delay) }) {
    Object.assign(this, { post, changed, clock, later });
    this.reset();
  }

  reset() {
    clearTimeout(this.timer);
    Object.assign(this, { state: "idle", body: null, why: "", problem: "", answer: null });
  }

  get isBusy() {
    return ["sending", "waiting", "ask"].includes(this.state);
  }

  /** Return whether a line is on its way. Nobody may change it: the change would be lost when the answer comes. */
  holds(key) {
    return this.isBusy && this.body.lines.some((line) => line.key === key);
  }

  /** Send an order. A second press while one is on its way does nothing. */
  async press(body) {
    if (this.isBusy) return;
    this.reset();
    this.body = body;
    this.pressedAt = this.clock();
    await this.attempt();
  }

  /** Try again: by the timer, or because the connection came back. */
  async again() {
    if (this.state !== "waiting") return;
    clearTimeout(this.timer);
    if (this.clock() - this.pressedAt > PATIENCE_MS) this.become("ask", { why: "old" });
    else await this.attempt();
  }

  /** Send what was asked about, as it is now if the prices changed. The key stays: it is still one order. */
  async agree(total) {
    if (this.state !== "ask") return;
    this.pressedAt = this.clock();
    if (this.why === "changed" && total) this.body = { ...this.body, total };
    await this.attempt();
  }

  /** Give up trying. The draft stays. */
  stop() {
    if (this.state === "sending") return;
    this.reset();
    this.changed();
  }

  async attempt() {
    const tried = this.state === "waiting" || this.state === "ask";
    this.become("sending");
    const answer = await this.post(this.body);
    if (answer.ok) this.become("sent", { answer: answer.state });
    else if (answer.offline) {
      this.become("waiting");
      this.timer = this.later(() => this.again(), RETRY_MS);
    } else if (answer.code === "price_changed" || (tried && answer.code === "sold_out")) {
      this.become("ask", { why: "changed", problem: answer.problem, answer });
    } else this.become("refused", { problem: answer.problem, answer });
  }

  become(state, more = {}) {
    Object.assign(this, { state, why: "", problem: "" }, more);
    this.changed();
  }
}
