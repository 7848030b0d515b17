// The menu of stations in the head of the board.

// A push replaces the menu, and the new one starts at the left.
let scrolledTo = 0;

/** Hide the stations that this screen does not serve. */
export function showOwnStations() {
  const own = document.documentElement.dataset.stations?.split(" ");
  if (!own) return;
  for (const link of document.querySelectorAll(".stations [data-station]")) {
    link.hidden = !own.includes(link.dataset.station);
  }
}

/** Scroll the menu back to where it was before a swap. */
export function keepStations() {
  const menu = document.querySelector(".stations");
  if (menu.scrollLeft !== scrolledTo) menu.scrollLeft = scrolledTo;
}

/** Open the station before or after this one. */
export function stepStation(by) {
  const all = [...document.querySelectorAll(".stations a")].filter((each) => !each.hidden);
  const here = all.findIndex((each) => each.hasAttribute("aria-current"));
  all[(here + by + all.length) % all.length]?.click();
}

function noteScroll({ target }) {
  if (target.classList?.contains("stations") && target.isConnected) scrolledTo = target.scrollLeft;
}

/** Show the open station in the menu and follow the menu's scrolling. */
export function startStations() {
  document.addEventListener("scroll", noteScroll, true);
  document.querySelector(".stations [aria-current]").scrollIntoView({ block: "nearest", inline: "nearest" });
}
