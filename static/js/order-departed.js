// The guests of an open order screen have moved or left. Loaded when that happens.

import { newKey } from "./order-cart.js";
import { button, message } from "./order-view.js";

let telling = false;

/** Say where the guests are, unless a Send is on its way, whose answer will say it. */
export async function depart(party, sending) {
  if (telling || sending.sender.isBusy) return;
  telling = true;
  try {
    await tell(party, sending);
  } catch {
    // no connection: the next look at the table shows it
  } finally {
    telling = false;
  }
}

/** The dishes of a Send that was refused for that reason stay on the check if the guests have left. */
async function tell(party, { view, sender, screen }) {
  const refused = sender.state === "refused" && sender.answer.code === "other_guests";
  if (refused) await screen.refresh();
  const answer = await fetch(`${view.config.urls.draft}?party=${party}`, { cache: "no-store" });
  const { departed } = await answer.json();
  const { text, go, url } = departed;
  const there = button(go || view.words.load_again, () => (url ? location.assign(url) : location.reload()));
  message(refused ? sender.problem : text, there);
  if (!refused) return;
  const lost = url ? [] : sender.body.lines.filter((line) => !view.draft.has(line.key));
  sender.reset();
  if (lost.length) view.draft.change(...lost.map((line) => ({ ...line, key: newKey() }))); // the server forgot the keys
}
