// The long press on a dish, or the secondary button of a mouse.

const LONG_MS = 450;

/** Call `open(dish)` for each long press on a dish. Return a function: was the press that just ended a long one? */
export function watchLongPress(root, open) {
  const dishAt = ({ target }) => target.closest("[data-dish]")?.dataset.dish;
  let timer = null;
  let isLong = false;
  root.addEventListener("pointerdown", (event) => {
    const dish = dishAt(event);
    isLong = false;
    clearTimeout(timer);
    if (!dish) return;
    timer = setTimeout(() => {
      isLong = true;
      open(dish);
    }, LONG_MS);
  });
  for (const event of ["pointerup", "pointercancel", "pointerleave"])
    root.addEventListener(event, () => clearTimeout(timer));
  root.addEventListener("scroll", () => clearTimeout(timer), true);
  root.addEventListener("contextmenu", (event) => {
    const dish = dishAt(event);
    if (!dish) return;
    event.preventDefault();
    open(dish);
  });
  return () => {
    const was = isLong;
    isLong = false;
    return was;
  };
}
