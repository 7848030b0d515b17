// The banner over the head of the board, and the words of the sound button.

import { pageElsewhere } from "./pages.js";
import { soundWord } from "./sound.js";
import { word } from "./words.js";

const BANNER_MS = 4000;
const WORDS = { new: word("NEW"), changed: word("CHANGED"), alarm: word("LATE"), ready: word("READY") };

let hiding = null;

function hide() {
  document.getElementById("news").hidden = true;
  for (const marked of document.querySelectorAll(".ticket[data-news]")) marked.removeAttribute("data-news");
}

/** Show a sentence in the banner for some seconds and mark `ticket` for as long. */
export function announce(kind, text, ticket = null) {
  const news = document.getElementById("news");
  news.dataset.news = kind;
  news.textContent = text;
  news.hidden = false;
  if (ticket) ticket.dataset.news = kind;
  clearTimeout(hiding);
  hiding = setTimeout(hide, BANNER_MS);
}

/** Return the banner's text; `page` is 0 when the first ticket is on this page. */
export function newsText(kind, name, count, page) {
  const more = count > 1 ? ` ${word("and {count} more", { count: count - 1 })}` : "";
  const elsewhere = page ? ` · ${word("page {page}", { page })}` : "";
  return `${WORDS[kind]} ${name}${more}${elsewhere}`;
}

/** Show in the banner what a sound of sound.js stands for. */
export function announceNews({ kind, ticket, count }) {
  const name = ticket?.querySelector(".ticket__table").textContent ?? "";
  const page = ticket ? pageElsewhere(ticket) : 0;
  announce(kind, newsText(kind, name, count, page), ticket);
}

/** Show on the sound button whether sound is on, off or blocked. */
export function showSound() {
  const { word, state } = soundWord();
  const button = document.querySelector('[data-act="sound"]');
  button.dataset.sound = state;
  button.setAttribute("aria-pressed", String(state === "on"));
  button.querySelector("[data-sound-word]").textContent = word;
}
