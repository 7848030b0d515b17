// Names the search fields of lists with several choices in the admin, which their library adds without a label.
function label() {
  for (const field of document.querySelectorAll(".select2-search__field:not([aria-label])")) {
    const list = field.closest(".select2-container")?.previousElementSibling;
    const words = list?.labels?.[0]?.textContent.trim();
    if (words) field.setAttribute("aria-label", words);
  }
}

new MutationObserver(label).observe(document.documentElement, { childList: true, subtree: true });
