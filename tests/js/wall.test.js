// Tests of the small decisions of the wall: texts, the next state of a view, limits.

import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeElement, openPage } from "./page.js";

openPage();
const { newsText } = await import("../../static/js/announcements.js");
const { nextAllDay } = await import("../../static/js/display.js");
const { leaveDelay } = await import("../../static/js/leaving.js");
const { moreText } = await import("../../static/js/pages.js");
const { textSize } = await import("../../static/js/screen.js");
const { marksOf } = await import("../../static/js/sound.js");

test("the banner names the table, the number of other tickets and the page", () => {
  assert.equal(newsText("new", "Table 4", 1, 0), "NEW Table 4");
  assert.equal(newsText("alarm", "Table 4", 2, 3), "LATE Table 4 and 1 more · page 3");
});

test("the pager counts the tickets on other pages and those that are late", () => {
  assert.deepEqual([moreText(0, 0), moreText(5, 0), moreText(5, 2)], ["", "5 more", "5 more, 2 late"]);
});

test("the all-day list goes through its states; ingredients only with recipes", () => {
  const states = (hasRecipes) => {
    const seen = [nextAllDay(undefined, hasRecipes)];
    while (seen.length < 4) seen.push(nextAllDay(seen[seen.length - 1], hasRecipes));
    return seen;
  };
  assert.deepEqual(states(false), ["choices", "off", "on", "choices"]);
  assert.deepEqual(states(true), ["choices", "ingredients", "off", "on"]);
});

test("a bumped ticket stays three seconds, a group of tickets eight at most", () => {
  const delays = [0, 4000, 6000, 8000, 9000].map((passed) => leaveDelay(1000, 1000 + passed));
  assert.deepEqual(delays, [3000, 3000, 2000, 0, 0]);
});

test("the text grows and shrinks by ten percent within its limits", () => {
  assert.deepEqual([textSize(100, 1, 70, 200), textSize(100, -1, 70, 200)], [110, 90]);
  assert.deepEqual([textSize(200, 1, 70, 200), textSize(70, -1, 70, 200)], [200, 70]);
});

test("a cancellation counts more than all marked lines", () => {
  const ticket = new FakeElement("ticket-1");
  ticket.querySelectorAll = () => new Array(3);
  assert.equal(marksOf(ticket), 3);
  ticket.dataset.cancelled = "";
  assert.equal(marksOf(ticket), 103);
});
