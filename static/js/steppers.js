// Steppers: the buttons beside a number move it by one, within its limits.

function step(button) {
  const number = button.closest(".stepper").querySelector(".stepper__value");
  const before = number.value;
  if (button.dataset.step > 0) number.stepUp();
  else number.stepDown();
  if (number.value !== before) {
    number.dispatchEvent(new Event("input", { bubbles: true }));
    number.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function show() {
  for (const button of document.querySelectorAll(".stepper__button[data-needs-script]")) button.hidden = false;
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest(".stepper__button");
  if (button) step(button);
});
document.addEventListener("bistro:swapped", show);
show();
