// The order screen. Without this file the page is a plain form.

import "./live.js";
import {
  again,
  choose,
  countOf,
  newKey,
  newLine,
  obstacle,
  sameAgain,
  say,
  sumOf,
  toggled,
  unreadAgain,
} from "./order-cart.js";
import { Draft, nextTime } from "./order-draft.js";
import { state as fetchState, post } from "./order-http.js";
import { watchKeys } from "./order-keys.js";
import { find, readMenu } from "./order-menu.js";
import { onNews } from "./order-news.js";
import { watchLongPress } from "./order-press.js";
import { Sending } from "./order-sending.js";
import { openDish, openOptions, watchSheets } from "./order-sheets.js";
import { button, formatter, message, quick, sections, sendWords, tile } from "./order-view.js";

const POLL_MS = 5_000; // a colleague's tap on a tile is no event of the log

const config = JSON.parse(document.getElementById("order-config").textContent);
const root = document.getElementById("order");
const at = (id) => document.getElementById(id);

/** Everything that the screen shows. `now` is the key of the chosen line. */
const view = {
  config,
  words: config.words,
  menu: null,
  money: (amount) => String(amount),
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
const sending = new Sending(view, { take, refresh, draw, drawFoot, showLine });
const { sender } = sending;

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
  const none = view.letters ? view.words.none_found : view.words.none_here;
  found.hidden = !view.letters && items.length > 0;
  found.textContent = items.length ? say(view.words.found, { count: items.length }) : none;
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
  const { hold, key } = element.dataset;
  if (hold) return `[data-hold="${hold}"]`;
  const name = ["data-choice", "data-note", "data-action"].find((each) => element.hasAttribute(each));
  if (name) return `[data-key="${key}"] [${name}="${CSS.escape(element.getAttribute(name))}"]`;
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
  sending.unblock(texts.note);
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

function take(state) {
  if (!state) return;
  view.stamp = state.stamp;
  view.quote = state.quote;
  const unread = view.menu ? unreadAgain(view.draft.lines, view.menu, view.allergies, state.allergies) : [];
  view.allergies = state.allergies;
  if (unread.length) view.draft.change(...unread.map((line) => ({ ...line, agreed: false })));
  if (view.party && view.party !== state.party) sending.depart(view.party);
  view.party = state.party;
  view.available = state.menu;
  if (state.sent !== undefined) at("order-sent").innerHTML = state.sent;
  sending.follow();
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
  if (item.open) actions.options(line);
}

const isOff = (item) => view.available.off.includes(item.id) || Boolean(view.available.paused[item.id]);

function showLine(key) {
  at("order-draft").querySelector(`[data-key="${key}"]`)?.scrollIntoView({ block: "nearest" });
}

function changeLine(key, facts) {
  const line = view.draft.line(key);
  if (line && !isLeaving(key)) view.draft.change({ ...line, ...facts });
}

/** Say so if a line is being sent: nobody can change it meanwhile. */
function isLeaving(key) {
  const leaves = sender.holds(key);
  if (leaves) sending.changed();
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

function toggleHold(course, action) {
  const courses = { ...(view.draft.details.courses ?? {}) };
  courses[course] =
    action ??
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

const actions = {
  less: ({ key }) => step(key, -1),
  more: ({ key }) => step(key, 1),
  remove: ({ key }) => removeLine(key),
  agree: ({ key }) => changeLine(key, { agreed: true }),
  options: ({ key }) => openOptions(view, key, changeLine),
};

const wasLong = watchLongPress(root, dishSheet);

function dishSheet(id) {
  if (!view.menu) return;
  openDish(view, view.menu.items.get(Number(id)), addDish);
}

root.addEventListener("click", (event) => {
  const { target } = event;
  const dish = target.closest("[data-dish]");
  const category = target.closest("[data-category]");
  const pressed = target.closest("button, a");
  if (dish) {
    if (!wasLong()) addDish(dish.dataset.dish);
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
  else if (data.note) changeLine(data.key, { note: toggled(view.draft.line(data.key).note, data.note) });
  else if (data.action && actions[data.action]) actions[data.action](data);
  else if (data.hold) toggleHold(data.hold);
  else if (pressed.closest(".order-line--new")) chooseLine(pressed.closest("[data-key]").dataset.key);
  else if (pressed.id === "order-repeat" || pressed.id === "order-send") {
    event.preventDefault();
    if (pressed.id === "order-send") sending.press();
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

at("order-find").addEventListener("input", ({ target }) => {
  view.letters = target.value;
  if (view.menu) drawTiles();
});
at("order-find").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.ctrlKey) return;
  event.preventDefault();
  const [first] = view.menu ? shownItems() : [];
  if (first && view.letters) addDish(first.id);
  event.target.select();
});
at("order-form").addEventListener("submit", (event) => event.preventDefault());

watchKeys(view, { pressSend: () => sending.press(), openCheck, changeLine, toggleHold });

for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
root.dataset.scripted = "";
take(config.state);
view.draft.begin(config.state);
watchSheets({ refresh, failed: config.words.failed });
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
