// Sending of the check: what stands in its way, and what the screen says of it.

import { newKey, obstacle, say } from "./order-cart.js";
import { withoutNames } from "./order-draft.js";
import { post } from "./order-http.js";
import { Sender } from "./order-send.js";
import { button, heldCourses, message, retract, sendWords } from "./order-view.js";

const approval = document.getElementById("order-approval"); // not for those whose own word is enough

/** Ask for the approval of a manager, with the reason; without one the fields go. */
function askApproval(reason) {
  if (!approval) return;
  const { pin } = approval.elements;
  approval.hidden = !reason;
  approval.querySelector('[role="alert"]').textContent = reason;
  pin.value = "";
  if (reason) pin.focus();
}

/** `screen` has take(state), refresh(), draw(), drawFoot(), showLine(key). */
export class Sending {
  constructor(view, screen) {
    Object.assign(this, { view, screen });
    this.followed = null; // the sent order whose arrival in the kitchen is awaited
    approval?.addEventListener("keydown", ({ key }) => key === "Enter" && this.press());
    this.sender = new Sender({ post: (body) => post(view.config.urls.send, body), changed: () => this.changed() });
  }

  press() {
    const { view, sender, screen } = this;
    if (!view.menu || !view.draft.lines.length || sender.isBusy) return;
    const blocked = obstacle(view.draft.lines, view.menu, view.allergies);
    if (blocked) {
      view.now = blocked.line.key;
      screen.draw();
      screen.showLine(view.now);
      this.asked = sendWords(view, blocked).note;
      message(this.asked);
      return;
    }
    const settled = !view.draft.isPending && !view.draft.offline;
    sender.press({
      key: newKey(),
      lines: view.draft.lines.map(withoutNames),
      details: view.draft.details,
      party: view.party,
      total: settled ? view.quote.total : "",
      approver: approval?.elements.approver.value ?? "",
      pin: approval?.elements.pin.value ?? "",
    });
  }

  /** Take away why Send was refused when that is no longer true. `note` is what stands against it now. */
  unblock(note) {
    if (this.asked !== note) retract(this.asked);
  }

  /** Say how the Send goes. */
  changed() {
    const { sender } = this;
    const { words } = this.view;
    if (sender.state === "sent") this.sent();
    else if (sender.state === "ask") this.ask();
    else if (sender.state === "waiting")
      message(
        words.retrying,
        button(words.cancel_send, () => sender.stop()),
      );
    else if (sender.state === "refused") this.refused();
    this.screen.drawFoot();
  }

  refused() {
    const { answer, body, problem } = this.sender;
    const asked = approval && (answer.code === "approval_required" || answer.fields?.pin);
    if (asked) askApproval(problem);
    if (problem) message(asked ? "" : problem);
    if (answer.code === "other_guests") this.depart(body.party);
    else this.screen.refresh();
  }

  ask() {
    const { sender } = this;
    const { words } = this.view;
    const total = sender.answer?.total;
    message(
      sender.why === "old" ? words.old : sender.problem || words.changed,
      button(words.send_now, () => sender.agree(total)),
      button(words.not_now, () => sender.stop()),
    );
  }

  /** Say where the guests are now. */
  async depart(party) {
    const { depart } = await import("./order-departed.js");
    depart(party, this);
  }

  sent() {
    const { view, sender, screen } = this;
    const { words } = view;
    const plain = heldCourses(view).length ? words.held_only : words.sent_plain;
    const state = sender.answer;
    const { stations } = state.order; // a quick Send comes before the quote that names them
    view.draft.forget(sender.body.lines.map((line) => line.key));
    view.draft.take(state);
    view.now = null;
    askApproval("");
    this.followed = state.order;
    message(stations.length ? say(words.sent, { stations: stations.join(", ") }) : plain);
    screen.take(state);
    view.config.round = sender.body.lines;
    sender.reset();
    screen.draw();
  }

  /** Say "Kitchen has it" when that is true of the order that was sent here. */
  follow() {
    if (!this.followed) return;
    const lines = [...document.querySelectorAll(`#order-sent [data-order="${this.followed.id}"]`)];
    if (lines.some((line) => ["received", "cooking", "ready"].includes(line.dataset.status))) {
      message(this.view.words.received);
      this.followed = null;
    }
  }
}
