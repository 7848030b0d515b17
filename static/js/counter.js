// The counter's list: fetches itself when an order without a table changed.

import "./live.js";
import { onNews } from "./order-news.js";

let busy = false;

async function refresh() {
  if (busy) return;
  busy = true;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.redirected) location.reload();
    else if (answer.ok) show(await answer.text());
  } catch {
    // The live status says that there is no connection; the next news fetches the list again.
  } finally {
    busy = false;
  }
}

function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("counter");
  if (fresh) document.getElementById("counter").replaceWith(document.adoptNode(fresh));
}

onNews(null, refresh);
