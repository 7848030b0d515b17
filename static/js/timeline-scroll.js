// The timeline scrolls below the names of its tables, and stays where it was when the day is loaded again.

let left = 0;

const frame = () => document.querySelector(".host__scroll");

/** Put the names at the visible edge of the drawing. */
function follow() {
  const drawing = frame().firstElementChild;
  const hidden = frame().getBoundingClientRect().left - drawing.getBoundingClientRect().left;
  drawing.style.setProperty("--scrolled", `${Math.max(0, Math.round(hidden))}px`);
}

function noteScroll({ target }) {
  if (target !== frame()) return;
  left = target.scrollLeft;
  follow();
}

function scrollBack() {
  if (!frame()) return;
  frame().scrollLeft = left;
  follow();
}

document.addEventListener("scroll", noteScroll, { capture: true, passive: true }); // it does not bubble
document.addEventListener("htmx:afterSwap", scrollBack);
