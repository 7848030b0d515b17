// The popovers of the shell: one at a time, closed by Escape or a press outside. They open without this module.

function openPopovers() {
  return document.querySelectorAll("details.popover[open]");
}

document.addEventListener("click", ({ target }) => {
  for (const popover of openPopovers()) if (!popover.contains(target)) popover.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const popover of openPopovers()) {
    popover.open = false;
    popover.querySelector("summary").focus();
  }
});
