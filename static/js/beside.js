// The waiting list beside the host's day: it is not loaded again while a choice in it is open.

import "./notices.js";

const isRefresh = ({ detail }) => detail.requestConfig?.verb === "get" && detail.target?.id === "beside";
const hasOpenChoice = () => document.querySelector("#beside details[open]") !== null;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isRefresh(event) && hasOpenChoice()) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (isRefresh(event) && hasOpenChoice()) event.detail.shouldSwap = false;
});
