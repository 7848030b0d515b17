// The live connection of a board.

import { clockText, setServerTime } from "./clock.js";
import { isOtherHistory, placeAfter, refusedFor, retryDelay } from "./place.js";
import { applyPushed } from "./swap.js";
import { states, word } from "./words.js";

const PROTOCOL = "bistro.v1";
const SILENCE_MS = 12_000; // the server sends a heartbeat every 5 s; after two lost ones the page may be out of date
const OPEN_MS = 3_000; // some networks drop the handshake silently
const POLL_AFTER_MS = 5_000; // without a socket for this long, poll by HTTP
const POLL_EVERY_MS = 5_000;
const POLL_PATIENCE_MS = 4_000;
const AUDIT_BEATS = 3; // poll once when the server was ahead of this page for so many heartbeats
const REPORT_EVERY_MS = 100; // the server closes a socket that sends too many reports
const AUDIT_EVERY_MS = 60_000;

// A moment is read from two clocks: `performance.now()` stops while some devices sleep, and the wall clock may be set.
const moment = () => ({ steady: performance.now(), wall: Date.now() });
const msSince = (past) => Math.max(performance.now() - past.steady, Date.now() - past.wall);

class LiveBoard {
  constructor(root) {
    this.id = root.id;
    this.shown = ""; // the state that was announced last
    this.attempt = 0;
    this.beatsBehind = 0;
    this.report = null; // the timer of the next report
    this.opening = null; // the timer of a connection that is opening
    this.refusedUntil = 0; // the steady time before which the server wants no new connection
    this.everLive = false;
    this.confirmedAt = moment(); // when the page was last known to be right
    this.attemptAt = moment();
    this.downAt = moment(); // null while the socket delivers
    this.polledAt = null;
    this.auditedAt = moment();
    this.readPlace();
  }

  get root() {
    return document.getElementById(this.id);
  }

  readPlace() {
    const { seq, epoch } = this.root.dataset;
    this.place = { seq: seq ? Number(seq) : null, epoch: epoch || null };
  }

  start() {
    this.connect();
    setInterval(() => this.look(), 1000);
    for (const event of ["online", "focus", "pageshow"]) window.addEventListener(event, () => this.look(true));
    window.addEventListener("offline", () => this.lost());
    document.addEventListener("visibilitychange", () => {
      this.look(true);
      this.acknowledge();
    });
    document.addEventListener("bistro:swapped", () => this.showStatus());
    document.addEventListener("bistro:look", () => this.poll()); // the clock alone has changed something
  }

  connect() {
    this.drop();
    const url = new URL(this.root.dataset.liveUrl, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    this.attemptAt = moment();
    const socket = new WebSocket(url, PROTOCOL);
    this.socket = socket;
    this.opening = setTimeout(() => this.lost(Math.random() * 500), OPEN_MS); // OPEN_MS was delay enough
    socket.onopen = () => {
      clearTimeout(this.opening);
      this.send({ hello: { after: this.place.seq, epoch: this.place.epoch } });
      this.acknowledge();
    };
    socket.onmessage = (event) => this.hear(event.data);
    socket.onclose = ({ code }) => {
      this.refusedUntil = performance.now() + refusedFor(code);
      this.lost();
    };
  }

  drop() {
    clearTimeout(this.retry);
    clearTimeout(this.opening);
    this.retry = null;
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  /** Close the socket and schedule the next try, whatever the close code was. */
  lost(delay = retryDelay(this.attempt)) {
    this.drop();
    this.downAt ??= moment();
    this.retry = setTimeout(() => this.connect(), Math.max(delay, this.refusedUntil - performance.now()));
    this.attempt += 1;
    this.showStatus();
  }

  /** Ask for a snapshot, because the server has another history now. */
  startOver() {
    this.place = { seq: null, epoch: null };
    this.connect();
  }

  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  // --- messages from the server ---

  hear(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      this.lost();
      return;
    }
    this.attempt = 0;
    this.downAt = null;
    this.everLive = true;
    this.confirmedAt = moment();
    if (message.now) setServerTime(message.now);
    if (message.type === "page") this.takePage(message);
    if (message.type === "heartbeat") this.takeBeat(message);
    this.showStatus();
  }

  takePage(message) {
    const next = placeAfter(this.place, message);
    if (!next) {
      this.startOver();
      return;
    }
    applyPushed(message.html);
    this.place = next;
    this.beatsBehind = 0;
    this.acknowledge();
  }

  /** Compare the place with the end of the server's log. */
  takeBeat(beat) {
    if (isOtherHistory(this.place, beat)) {
      this.startOver();
      return;
    }
    // Most events concern other screens; a poll now and then confirms that.
    this.beatsBehind = beat.seq > this.place.seq ? this.beatsBehind + 1 : 0;
    if (this.beatsBehind >= AUDIT_BEATS && msSince(this.auditedAt) > AUDIT_EVERY_MS) {
      this.auditedAt = moment();
      this.beatsBehind = 0;
      this.poll();
    }
  }

  /** Report the place that people can see, while the page is visible. */
  acknowledge() {
    if (!("liveAck" in this.root.dataset) || this.report) return;
    this.report = setTimeout(() => {
      this.report = null;
      if (this.place.seq === null || document.visibilityState !== "visible") return;
      this.send({ seen: this.place.seq });
    }, REPORT_EVERY_MS);
  }

  /** Check the connection: each second, and when a person returns to the page (`eager`). */
  look(eager = false) {
    const delivering = this.socket && !this.downAt;
    const quiet = Math.min(msSince(this.confirmedAt), msSince(this.attemptAt));
    if (this.socket && quiet > SILENCE_MS) this.lost();
    else if (eager && !delivering && msSince(this.attemptAt) > 1000 && performance.now() > this.refusedUntil)
      this.connect();
    if (
      this.downAt &&
      msSince(this.downAt) > POLL_AFTER_MS &&
      (!this.polledAt || msSince(this.polledAt) > POLL_EVERY_MS)
    ) {
      this.polledAt = moment();
      this.poll();
    }
    this.showStatus();
  }

  /** Fetch the whole board by HTTP: the fallback of the socket, and a check of access. */
  async poll() {
    const url = this.root.dataset.livePoll;
    if (!url) return;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), POLL_PATIENCE_MS);
    let response;
    try {
      response = await fetch(url, { headers: { "HX-Request": "true" }, cache: "no-store", signal: patience.signal });
    } catch {
      return; // the status shows that the server is away
    } finally {
      clearTimeout(timer);
    }
    if (response.redirected || response.status === 401 || response.status === 403) {
      location.reload(); // signed out or revoked: the reloaded page shows how to sign in
      return;
    }
    if (response.ok) this.takePolled(await response.text());
  }

  takePolled(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    const fresh = template.content.getElementById(this.id);
    if (!fresh) return;
    const sameHistory = fresh.dataset.epoch === this.place.epoch;
    if (sameHistory && Number(fresh.dataset.seq) < this.place.seq) return; // a push was faster than this answer
    if (fresh.dataset.now) setServerTime(fresh.dataset.now);
    applyPushed(fresh.outerHTML);
    this.readPlace();
    this.confirmedAt = moment();
    this.acknowledge();
    this.showStatus();
  }

  state() {
    if (msSince(this.confirmedAt) > SILENCE_MS) return "stale";
    if (!this.downAt) return "live";
    if (this.polledAt && msSince(this.downAt) > POLL_AFTER_MS) return "delayed";
    return this.everLive ? "reconnecting" : "connecting";
  }

  /** Write the state of the connection into the header and dialogs. */
  showStatus() {
    const state = this.state();
    this.root.classList.toggle("not-live", state === "stale");
    for (const status of document.querySelectorAll("[data-live]")) this.writeStatus(status, state);
    if (state !== this.shown && state === "live") document.dispatchEvent(new CustomEvent("bistro:live"));
    this.shown = state;
  }

  writeStatus(status, state) {
    if (status.dataset.live !== state) {
      status.dataset.live = state;
      // Written once per change, so that a screen reader reads it once.
      status.querySelector("[data-live-word]").textContent = states[state];
    }
    const age = Math.round(msSince(this.confirmedAt) / 1000);
    status.querySelector("[data-live-clock]").textContent =
      state === "stale" ? word("· {age} s old", { age }) : clockText();
  }
}

const root = document.querySelector("[data-live-url]");
if (root) new LiveBoard(root).start();
