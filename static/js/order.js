// The order screen: menu, draft, Send and page. Without this file the page is a plain form.

import "./live.js";
import { again, choose, countOf, newKey, newLine, obstacle, sameAgain, say, sumOf, unreadAgain } from "./order-cart.js";
import { Draft, withoutNames } from "./order-draft.js";
import { state as fetchState, post } from "./order-http.js";
import { find, readMenu } from "./order-menu.js";
import { onNews } from "./order-news.js";
import { Sender } from "./order-send.js";
import { openDish, openOptions, watchSheets } from "./order-sheets.js";
import { formatter, part, quick, sections, sendWords, tile } from "./order-view.js";

const POLL_MS = 5_000; // drafts of colleagues come by asking, because a tap on a tile is no event of the log
const LONG_MS = 450;

const config = JSON.parse(document.getElementById("order-config").textContent);
const root = document.getElementById("order");
const at = (id) => document.getElementById(id);

/** Everything that the screen shows. `now` is the key of the chosen line. */
const view = {
  config,
  words: config.words,
  menu: null,
  money: (amount) => String(amount),
  allergies: config.state.allergies,
  party: config.state.party,
  available: config.state.menu,
  stations: config.state.quote.stations,
  problems: config.state.quote.problems,
  quote: config.state.quote,
  stamp: config.state.stamp,
  hasSent: config.state.quote.has_sent,
  category: config.category,
  letters: "",
  seat: null,
  now: null,
  draft: null,
};
const waitingTaps = [];

view.draft = new Draft({
  name: `bistro:draft:${config.place ?? "counter"}`,
  storage: localStorage,
  post: (body) => post(config.urls.draft, body),
  changed: afterDraft,
});
const sender = new Sender({ post: (body) => post(config.urls.send, body), changed: afterSend });

async function loadMenu(url) {
  try {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(answer.status);
    view.menu = readMenu(await answer.json());
    view.money = formatter(config.locale, config.currency, view.menu.digits);
    draw();
    while (waitingTaps.length) addDish(waitingTaps.shift());
  } catch {
    setTimeout(() => loadMenu(url), 2_000);
  }
}

function shownItems() {
  if (view.letters) return find(view.menu, view.letters).slice(0, 60);
  if (view.category === "favourites") return config.favourites.map((id) => view.menu.items.get(id)).filter(Boolean);
  return view.menu.categories.find((each) => String(each.id) === view.category)?.items ?? [];
}

function counts() {
  const found = new Map();
  for (const line of view.draft.lines) found.set(line.item, (found.get(line.item) ?? 0) + line.quantity);
  return found;
}

function draw() {
  if (!view.menu) return;
  drawTiles();
  drawCheck();
}

function drawTiles() {
  const items = shownItems();
  const context = { ...view, now: view.available, counts: counts() };
  const focused = document.activeElement?.dataset?.dish;
  at("order-tiles").replaceChildren(...items.map((item) => tile(item, context)));
  if (focused) at("order-tiles").querySelector(`[data-dish="${focused}"]`)?.focus({ preventScroll: true });
  const found = at("order-found");
  found.hidden = !view.letters;
  found.textContent = items.length ? say(view.words.found, { count: items.length }) : view.words.none_found;
  drawRail(context.counts);
}

function drawRail(chosen) {
  for (const entry of at("order-cats").children) {
    const id = entry.dataset.category;
    if (id === view.category && !view.letters) entry.setAttribute("aria-current", "true");
    else entry.removeAttribute("aria-current");
    const items = view.menu.categories.find((each) => String(each.id) === id)?.items ?? [];
    const count = items.reduce((sum, item) => sum + (chosen.get(item.id) ?? 0), 0);
    const badge = entry.querySelector(".badge");
    badge.hidden = !count;
    badge.textContent = count || "";
  }
}

function drawCheck() {
  const place = at("order-draft");
  const focused = placeOfFocus(place);
  place.replaceChildren(...sections(view));
  drawQuick();
  drawFoot();
  if (focused) place.querySelector(focused)?.focus({ preventScroll: true });
}

/** Return a selector of the focused control of the check, so that drawing it anew keeps the focus. */
function placeOfFocus(place) {
  const element = document.activeElement;
  if (!place.contains(element)) return "";
  const { choice, deed, hold, key } = element.dataset;
  if (choice) return `[data-key="${key}"] [data-choice="${choice}"]`;
  if (deed) return `[data-key="${key}"] [data-deed="${deed}"]`;
  if (hold) return `[data-hold="${hold}"]`;
  return `[data-key="${element.closest("[data-key]")?.dataset.key}"] > button`;
}

/** Draw the choices of the new line above Send: on a phone the check is folded away. */
function drawQuick() {
  const line = view.draft.line(view.now);
  const item = line && view.menu.items.get(line.item);
  at("order-quick").replaceChildren(...(item ? quick(line, item, view) : []));
}

function drawFoot() {
  const { draft, words, quote } = view;
  const blocked = obstacle(draft.lines, view.menu, view.allergies);
  const texts = sendWords(view, blocked);
  at("order-send-words").textContent = sender.state === "sending" ? words.sending : texts.words;
  at("order-send-note").textContent = texts.note;
  at("order-send").disabled = !draft.lines.length || sender.isBusy;
  const mine = view.money(sumOf(draft.lines, view.menu));
  const settled = !draft.isPending && !draft.offline;
  const total = settled ? quote.shown : mine;
  const check = settled && quote.has_sent ? say(words.check, { total, check: quote.check }) : "";
  const fresh = say(settled || !config.added_tax ? words.new : words.before_tax, { total });
  const all = draft.lines.length ? check || fresh : say(words.check_only, { check: quote.check });
  at("order-total").textContent = draft.lines.length || quote.has_sent ? all : "";
  at("order-repeat").hidden = !config.round.length || draft.lines.length > 0;
  at("order-open-words").textContent = say(words.new_count, { count: countOf(draft.lines) });
  at("order-saved").textContent = savedWords();
}

function savedWords() {
  const { draft, words } = view;
  if (!draft.lines.length && !draft.isPending) return "";
  if (draft.offline) return words.offline;
  if (draft.isPending) return words.saving;
  const { minutes } = view.quote;
  return minutes ? `${words.saved} · ${say(words.minutes, { minutes })}` : words.saved;
}

function message(text, ...buttons) {
  const parts = part("message");
  parts.text.textContent = text;
  parts.root.append(...buttons);
  at("order-message").replaceChildren(...(text ? [parts.root] : []));
}

function button(text, deed) {
  const made = document.createElement("button");
  made.className = "button";
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", deed);
  return made;
}

function take(state) {
  if (!state) return;
  view.stamp = state.stamp;
  view.quote = state.quote;
  view.problems = state.quote.problems;
  view.stations = state.quote.stations;
  const unread = view.menu ? unreadAgain(view.draft.lines, view.menu, view.allergies, state.allergies) : [];
  view.allergies = state.allergies;
  if (unread.length) view.draft.change(...unread.map((line) => ({ ...line, agreed: false })));
  view.party = state.party;
  view.available = state.menu;
  view.hasSent = state.quote.has_sent;
  if (state.sent !== undefined) at("order-sent").innerHTML = state.sent;
  followSent();
  if (view.menu && state.menu.version !== view.menu.version) loadMenu(state.menu.url);
}

function afterDraft(answer) {
  if (answer?.ok) {
    take(answer.state);
    const lost = answer.state.refused.length;
    if (lost) message(say(view.words.gone, { dish: lost }));
  } else if (answer?.problem) message(answer.problem);
  draw();
}

async function refresh() {
  const answer = await fetchState(config.urls.draft, view.stamp);
  if (!answer.ok || !answer.state) return;
  view.draft.take(answer.state);
  take(answer.state);
  draw();
}

function addDish(id, quantity = 1) {
  if (!view.menu) {
    waitingTaps.push(id);
    return;
  }
  const item = view.menu.items.get(Number(id));
  if (!item) return;
  if (isOff(item)) {
    message(say(view.words.off_draft, { dish: item.name }));
    return;
  }
  message("");
  const open = view.draft.lines.filter((line) => !sender.holds(line.key));
  const same = quantity === 1 && sameAgain(open, item, view.seat);
  const line = same ? { ...same, quantity: same.quantity + 1 } : newLine(item, view.seat, quantity);
  view.now = line.key;
  view.draft.change(line);
  showLine(line.key);
}

const isOff = (item) => view.available.off.includes(item.id) || Boolean(view.available.paused[item.id]);

function showLine(key) {
  at("order-draft").querySelector(`[data-key="${key}"]`)?.scrollIntoView({ block: "nearest" });
}

function changeLine(key, facts) {
  const line = view.draft.line(key);
  if (line && !isLeaving(key)) view.draft.change({ ...line, ...facts });
}

/** Say so if a line is being sent; it can be changed when it was sent, or when the waiter stops the Send. */
function isLeaving(key) {
  const leaves = sender.holds(key);
  if (leaves) afterSend();
  return leaves;
}

function step(key, by) {
  const line = view.draft.line(key);
  if (!line) return;
  if (line.quantity + by < 1) removeLine(key);
  else changeLine(key, { quantity: Math.min(999, line.quantity + by) });
}

function removeLine(key) {
  const line = view.draft.line(key);
  if (!line || isLeaving(key)) return;
  const dish = view.menu.items.get(line.item)?.name ?? "";
  view.draft.remove(key);
  view.now = null;
  const back = { ...line, key: newKey() }; // the server has forgotten the key
  message(
    say(view.words.removed, { dish }),
    button(view.words.undo, () => {
      message("");
      view.draft.change(back);
    }),
  );
}

function pressChoice({ key, group, choice }) {
  const line = view.draft.line(key);
  const item = line && view.menu.items.get(line.item);
  const found = item?.groups.find((each) => each.id === Number(group));
  if (found) changeLine(key, { modifiers: choose(line, found, Number(choice)) });
}

function toggleHold(course, deed) {
  const courses = { ...(view.draft.details.courses ?? {}) };
  courses[course] =
    deed ??
    (at("order-draft").querySelector(`[data-hold="${course}"]`)?.getAttribute("aria-pressed") === "true"
      ? "fire"
      : "hold");
  view.draft.setDetails({ courses });
}

function repeatRound() {
  const lines = again(config.round, view.menu);
  if (!lines.length) return;
  view.now = null;
  view.draft.change(...lines);
}

function pressSend() {
  if (!view.menu || !view.draft.lines.length || sender.isBusy) return;
  const blocked = obstacle(view.draft.lines, view.menu, view.allergies);
  if (blocked) {
    view.now = blocked.line.key;
    draw();
    showLine(view.now);
    message(sendWords(view, blocked).note);
    return;
  }
  const settled = !view.draft.isPending && !view.draft.offline;
  sender.press({
    key: newKey(),
    lines: view.draft.lines.map(withoutNames),
    details: view.draft.details,
    party: view.party,
    total: settled ? view.quote.total : "",
  });
}

function afterSend() {
  const { words } = view;
  const texts = { waiting: words.retrying, refused: sender.problem };
  if (sender.state === "sent") afterSent();
  else if (sender.state === "ask") {
    const why = sender.why === "old" ? words.old : sender.problem || words.changed;
    const total = sender.answer?.total;
    message(
      why,
      button(words.send_now, () => sender.agree(total)),
      button(words.not_now, () => sender.stop()),
    );
  } else if (sender.state === "waiting")
    message(
      texts.waiting,
      button(words.cancel_send, () => sender.stop()),
    );
  else if (texts[sender.state]) message(texts[sender.state]);
  if (sender.state === "refused") refresh();
  drawFoot();
}

let followed = null; // the sent order whose arrival in the kitchen is awaited

function afterSent() {
  const state = sender.answer;
  view.draft.forget(sender.body.lines.map((line) => line.key));
  view.draft.take(state);
  view.now = null;
  const stations = view.stations;
  followed = state.order;
  message(stations.length ? say(view.words.sent, { stations: stations.join(", ") }) : view.words.sent_plain);
  take(state);
  config.round = sender.body.lines;
  sender.reset();
  draw();
}

/** Say "Kitchen has it" when that is true of the order that was sent here. */
function followSent() {
  if (!followed) return;
  const states = [...at("order-sent").querySelectorAll(`[data-order="${followed.id}"]`)].map(
    (each) => each.dataset.status,
  );
  if (states.some((state) => ["received", "cooking", "ready"].includes(state))) {
    message(view.words.received);
    followed = null;
  }
}

const deeds = {
  less: ({ key }) => step(key, -1),
  more: ({ key }) => step(key, 1),
  remove: ({ key }) => removeLine(key),
  agree: ({ key }) => changeLine(key, { agreed: true }),
  options: ({ key }) => openOptions(view, key, { changeLine, pressChoice }),
};

let longPress = null;
let pressedLong = false;

root.addEventListener("pointerdown", ({ target }) => {
  const dish = target.closest("[data-dish]")?.dataset.dish;
  pressedLong = false;
  clearTimeout(longPress);
  if (!dish) return;
  longPress = setTimeout(() => {
    pressedLong = true;
    dishSheet(dish);
  }, LONG_MS);
});
for (const event of ["pointerup", "pointercancel", "pointerleave"])
  root.addEventListener(event, () => clearTimeout(longPress));
root.addEventListener("scroll", () => clearTimeout(longPress), true);
root.addEventListener("contextmenu", (event) => {
  const dish = event.target.closest("[data-dish]")?.dataset.dish;
  if (!dish) return;
  event.preventDefault();
  dishSheet(dish);
});

function dishSheet(id) {
  if (!view.menu) return;
  openDish(view, view.menu.items.get(Number(id)), { addDish, refresh, message });
}

root.addEventListener("click", (event) => {
  const { target } = event;
  const dish = target.closest("[data-dish]");
  const category = target.closest("[data-category]");
  const pressed = target.closest("button, a");
  if (dish) {
    if (!pressedLong) addDish(dish.dataset.dish);
    pressedLong = false;
  } else if (category && view.menu) {
    event.preventDefault();
    Object.assign(view, { category: category.dataset.category, letters: "" });
    at("order-find").value = "";
    draw();
    at("order-form").scrollTop = 0;
  } else if (pressed) pressButton(pressed, event);
});

function pressButton(pressed, event) {
  const data = pressed.dataset;
  if (data.more) dishSheet(data.more);
  else if (data.choice) pressChoice(data);
  else if (data.deed && deeds[data.deed]) deeds[data.deed](data);
  else if (data.hold) toggleHold(data.hold);
  else if (pressed.closest(".order-line--new")) chooseLine(pressed.closest("[data-key]").dataset.key);
  else if (pressed.id === "order-repeat" || pressed.id === "order-send") {
    event.preventDefault();
    if (pressed.id === "order-send") pressSend();
    else repeatRound();
  } else if (pressed.id === "order-open") openCheck(root.dataset.check !== "open");
}

function chooseLine(key) {
  view.now = view.now === key ? null : key;
  drawCheck();
}

function openCheck(open) {
  root.dataset.check = open ? "open" : "closed";
  at("order-open").setAttribute("aria-expanded", String(open));
}

root.addEventListener("change", ({ target }) => {
  if (target.name === "seat") view.seat = target.value ? Number(target.value) : null;
  if (target.closest("#order-details")) takeDetails();
});

function takeDetails() {
  const form = at("order-form");
  const { kind, name, pickup } = Object.fromEntries(new FormData(form));
  view.draft.setDetails({ kind, name: name.trim(), pickup_at: pickup ? nextTime(pickup) : null });
}

/** Return the next moment of a time of day, as the server reads it. */
function nextTime(typed) {
  const [hours, minutes] = typed.split(":").map(Number);
  const moment = new Date();
  moment.setHours(hours, minutes, 0, 0);
  if (moment.getTime() < Date.now() - 60_000) moment.setDate(moment.getDate() + 1);
  return moment.toISOString();
}

at("order-find").addEventListener("input", ({ target }) => {
  view.letters = target.value;
  if (view.menu) drawTiles();
});
at("order-find").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  const [first] = view.menu ? shownItems() : [];
  if (first && view.letters) addDish(first.id);
  event.target.select();
});
at("order-form").addEventListener("submit", (event) => event.preventDefault());

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  const typing = event.target.matches?.("input, textarea, select");
  if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    pressSend();
  } else if (event.key === "Escape" && typing) event.target.blur();
  else if (!typing && !event.ctrlKey && !event.altKey && !event.metaKey) pressKey(event);
});

function pressKey(event) {
  const key = event.key.toLowerCase();
  if (key === "/") at("order-find").focus();
  else if (/^[0-9]$/.test(key)) pressDigit(Number(key));
  else if (key === "f" || key === "h") holdByKey(key === "h" ? "hold" : "fire");
  else if (key === "escape") openCheck(false);
  else return;
  event.preventDefault();
}

/** A digit is the quantity of the line that has the focus, else the seat; 0 is the table. */
function pressDigit(digit) {
  const line = document.activeElement?.closest?.(".order-line--new")?.dataset.key;
  if (line && digit) changeLine(line, { quantity: digit });
  else document.querySelector(`[name="seat"][value="${digit || ""}"]`)?.click();
}

/** Hold or fire the course of the chosen line, else the last course. */
function holdByKey(deed) {
  const shown = [...at("order-draft").querySelectorAll("[data-hold]")];
  const mine = at("order-draft")
    .querySelector(`[data-key="${view.now}"]`)
    ?.closest("section")
    ?.querySelector("[data-hold]");
  const course = (mine ?? shown.at(-1))?.dataset.hold;
  if (course) toggleHold(course, deed);
}

for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
root.dataset.scripted = "";
view.draft.begin(config.state);
watchSheets({ refresh, message, failed: config.words.failed });
loadMenu(config.urls.menu);
view.draft.sync();
onNews(config.place, refresh);
setInterval(() => {
  if (document.visibilityState === "visible" && !view.draft.isPending) refresh();
}, POLL_MS);
for (const event of ["online", "focus", "pageshow"]) {
  window.addEventListener(event, () => {
    view.draft.sync();
    sender.again();
    refresh();
  });
}
window.addEventListener("beforeunload", (event) => {
  if (sender.isBusy) event.preventDefault();
});
