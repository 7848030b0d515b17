// News for order screens: each pushed element #order-news says whose orders changed.

/** Return whether the news concern a table (null: orders without one) or the menu. */
export function concerns({ tables, menuNews }, table) {
  const changed = tables.split(" ");
  return menuNews !== undefined || changed.includes("all") || changed.includes(String(table ?? 0));
}

/** Call `told` for all news that concern a table. Two news may come in one swap, so every new element is read. */
export function onNews(table, told) {
  const place = document.getElementById("order-news").parentElement;
  const observer = new MutationObserver((records) => {
    const added = records.flatMap((record) => [...record.addedNodes]);
    if (added.some((node) => node.id === "order-news" && concerns(node.dataset, table))) told();
  });
  observer.observe(place, { childList: true });
}
