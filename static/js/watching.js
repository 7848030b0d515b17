// Takes the controls of cooks from people who only watch.

const COOKS = '.ticket button[data-act]:not([data-act="deliver"]), .recent .button';

function lock() {
  for (const button of document.querySelectorAll(COOKS)) button.setAttribute("aria-disabled", "true");
}

function refuse(event) {
  if (!event.target.closest?.(COOKS)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

document.addEventListener("click", refuse, true);
document.addEventListener("bistro:swapped", lock);
lock();
