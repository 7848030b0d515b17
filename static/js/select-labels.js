// Names the search fields of lists with several choices in the admin, which their library leaves without a label.
addEventListener("load", () => {
  for (const field of document.querySelectorAll(".select2-search__field")) {
    const list = field.closest(".select2-container")?.previousElementSibling;
    const label = list?.labels?.[0]?.textContent.trim();
    if (label) field.setAttribute("aria-label", label);
  }
});
