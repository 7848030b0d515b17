// Escape on a page beside the wall: back to where the person came from, as the link with data-escape.

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelector("[data-escape]")?.click();
});
