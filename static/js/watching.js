// The controls of cooks, for people who only watch the wall or the pass. Pushes are the same for everybody, so the page
// of a watcher takes the controls away itself. The buttons keep their focus, by which a key chooses a ticket.

const CONTROLS =
  '[data-act="bump"], [data-act="bump-line"], [data-act="start"], [data-act="plate"], [data-act="read"], ' +
  '[data-act="release"], .recent .button';

function lock() {
  for (const button of document.querySelectorAll(CONTROLS)) {
    if (button.getAttribute("aria-disabled") !== "true") button.setAttribute("aria-disabled", "true");
  }
}

document.addEventListener(
  "click",
  (event) => {
    if (!event.target.closest?.(CONTROLS)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

new MutationObserver(lock).observe(document.body, { childList: true, subtree: true });
lock();
