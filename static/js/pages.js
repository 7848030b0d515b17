// Pages of tickets instead of scrolling. The style sheet sets tickets in columns that run on beyond the right edge; a page is one
// width of that (as e-book readers do it). Tickets of the page carry numbers, by which keys choose them.

const PAGE_KEY_REST_MS = 60_000; // a wall left on a later page goes back to the oldest tickets

let page = 0;
let pages = 1;
let touchedAt = Date.now();

const board = () => document.getElementById("board");
const lists = () => [...document.querySelectorAll(".lane__tickets")].filter((list) => list.parentElement.clientWidth > 0);

export const allTickets = () => [...document.querySelectorAll(".lane__tickets > .ticket")];

/** Whether this screen is large enough for pages; a phone scrolls. */
export const isPaged = () => getComputedStyle(board()).getPropertyValue("--paged").trim() === "1";

/** The width from one page to the next, in a list's own pixels. */
function strideOf(list) {
  return list.parentElement.clientWidth + (parseFloat(getComputedStyle(list).columnGap) || 0);
}

function pageOf(ticket, stride = strideOf(ticket.parentElement)) {
  return Math.floor((ticket.offsetLeft + 2) / stride);
}

function pagesOf(list) {
  const gap = parseFloat(getComputedStyle(list).columnGap) || 0;
  return Math.max(1, Math.ceil((list.scrollWidth + gap - 4) / strideOf(list)));
}

function write(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** Numbers 1, 2, 3… on the tickets of this page, none on others. */
function number(perTicket) {
  let position = 0;
  for (const [ticket, at] of perTicket) {
    const here = at === page;
    if (here) position += 1;
    write(ticket.querySelector(".ticket__position"), here ? String(position) : "");
  }
}

function showPager(perTicket, paged) {
  const pager = document.querySelector(".pager");
  if (!pager) return;
  pager.hidden = !paged;
  const elsewhere = perTicket.filter(([, at]) => at !== page);
  const late = elsewhere.filter(([ticket]) => ticket.dataset.age === "late").length;
  write(pager.querySelector("[data-page-word]"), `${page + 1}/${pages}`);
  let more = "";
  if (elsewhere.length) more = late ? `${elsewhere.length} more, ${late} late` : `${elsewhere.length} more`;
  write(pager.querySelector("[data-page-more]"), more);
  pager.toggleAttribute("data-late", late > 0);
  pager.querySelector('[data-tool="page-back"]').disabled = page === 0;
  pager.querySelector('[data-tool="page-on"]').disabled = page >= pages - 1;
}

// Where tickets stood when we last looked, and when they moved: a touch just after that may have meant another one.
const places = new Map();

function noteMoves(tickets) {
  const seen = new Set();
  for (const ticket of tickets) {
    seen.add(ticket.id);
    const at = `${ticket.parentElement.id} ${ticket.offsetLeft} ${ticket.offsetTop}`;
    const before = places.get(ticket.id);
    if (before?.at !== at) places.set(ticket.id, { at, since: Date.now() });
  }
  for (const id of places.keys()) if (!seen.has(id)) places.delete(id);
}

/** How long a ticket has stood where it stands, in milliseconds. */
export const steadyFor = (ticket) => Date.now() - (places.get(ticket.id)?.since ?? 0);

/** Only a ticket that is taller than a column may be broken; one that is says no more how tall it is. Reads first, then writes. */
function markBroken(tickets) {
  const tall = tickets.map(
    (ticket) => ticket.getClientRects().length > 1 || ticket.offsetHeight > ticket.parentElement.clientHeight,
  );
  for (const [place, ticket] of tickets.entries()) ticket.toggleAttribute("data-broken", tall[place]);
}

/** Return the first line of each further column of a ticket. */
function firstLines(ticket) {
  const first = [];
  let column = ticket.offsetLeft;
  for (const line of ticket.querySelectorAll(".line")) {
    if (line.offsetLeft > column + 40) first.push(line);
    column = Math.max(column, line.offsetLeft - 20);
  }
  return first;
}

/** A ticket too long for one column goes on in the next: say there whose lines these are. Reads first, then writes. */
function markContinued(tickets) {
  const marks = new Map();
  for (const ticket of tickets) {
    for (const line of ticket.querySelectorAll(".line[data-continued]")) marks.set(line, "");
    if (ticket.getClientRects().length < 2) continue;
    const name = ticket.querySelector(".ticket__table").textContent;
    for (const line of firstLines(ticket)) marks.set(line, `… ${name}`);
  }
  for (const [line, mark] of marks) {
    if (!mark) line.removeAttribute("data-continued");
    else if (line.dataset.continued !== mark) line.dataset.continued = mark;
  }
}

/** A button is never broken: that of a tall line lies over what it says. */
function setTall(line, tall) {
  line.toggleAttribute("data-tall", tall);
  const button = line.querySelector("button.line__row");
  if (!button) return;
  const body = tall ? document.createElement("div") : line.querySelector("div.line__row");
  if (tall) {
    body.className = "line__row";
    body.append(...button.childNodes);
    button.setAttribute("aria-label", body.textContent.trim().replace(/\s+/g, " "));
    line.prepend(body);
  } else {
    button.append(...body.childNodes);
    button.removeAttribute("aria-label");
    body.remove();
  }
}

/** Lines that fill more than half a column may be broken, the others stay whole. Reads first, then writes. */
function markTall(shown, tickets) {
  const most = new Map(shown.map((list) => [list, list.clientHeight / 2]));
  const marks = [];
  for (const ticket of tickets) {
    const limit = most.get(ticket.parentElement);
    if (ticket.offsetHeight < limit && !ticket.querySelector("[data-tall]")) continue;
    for (const line of ticket.querySelectorAll(".line")) {
      // One that is broken is a little lower: it must not change for ever between both.
      marks.push([line, line.offsetHeight > (line.hasAttribute("data-tall") ? 0.7 * limit : limit)]);
    }
  }
  for (const [line, tall] of marks) if (line.hasAttribute("data-tall") !== tall) setTall(line, tall);
}

/** How much of the all-day list is below its lower edge: nobody scrolls a wall. */
function allDayRest(paged) {
  const list = document.querySelector(".all-day__list");
  if (!list || !paged) return 0;
  const bottom = list.parentElement.getBoundingClientRect().bottom;
  return [...list.children].filter((item) => item.getBoundingClientRect().bottom > bottom - 32).length;
}

function showAllDayRest(below) {
  const rest = document.querySelector("[data-all-day-rest]");
  if (!rest) return;
  if (rest.hidden !== (below === 0)) rest.hidden = below === 0;
  if (below) write(rest, `and ${below} more`);
}

/** Count the pages anew, stay on one that exists, and say where we are. All is read before anything is written: the browser
 * sets eighty tickets once, not after each line of this. */
export function arrange() {
  const root = board();
  if (!root) return;
  const tickets = allTickets();
  const area = document.querySelector(".board__area");
  if (area.hasAttribute("data-empty") !== (tickets.length === 0)) area.toggleAttribute("data-empty"); // hides the lists
  const paged = isPaged();
  if (paged) {
    markBroken(tickets);
    markTall(lists(), tickets);
  }
  const shown = lists().map((list) => ({ list, stride: strideOf(list), pages: paged ? pagesOf(list) : 1 }));
  const strides = new Map(shown.map(({ list, stride }) => [list, stride]));
  const perTicket = tickets.map((ticket) => [ticket, paged ? pageOf(ticket, strides.get(ticket.parentElement)) : 0]);
  const below = allDayRest(paged);
  const toolsWidth = document.querySelector(".board__tools")?.offsetWidth ?? 0;
  noteMoves(tickets);
  if (paged) markContinued(tickets);

  pages = Math.max(1, ...shown.map((each) => each.pages));
  page = Math.min(page, pages - 1);
  for (const { list, stride, pages: own } of shown) {
    const at = Math.min(page, own - 1);
    const moved = at ? `translateX(${-at * stride}px)` : "";
    if (list.style.transform !== moved) list.style.transform = moved;
    if (list.parentElement.scrollLeft) list.parentElement.scrollLeft = 0; // to what has focus; pages are ours to turn
  }
  number(perTicket);
  showPager(perTicket, paged);
  showAllDayRest(below);
  const tools = `${toolsWidth + 8}px`;
  if (root.style.getPropertyValue("--tools") !== tools) root.style.setProperty("--tools", tools);
}

/** Turn to a page; too far is the last one. */
export function turnTo(wanted) {
  page = Math.min(Math.max(wanted, 0), pages - 1);
  touchedAt = Date.now();
  arrange();
}

export const turnBy = (by) => turnTo(page + by);
export const turnToEnd = () => turnTo(pages - 1);

/** The tickets of this page, in the order of their numbers. */
export function ticketsHere() {
  return allTickets().filter((ticket) => ticket.querySelector(".ticket__position").textContent);
}

/** Bring a ticket into view: its page, or on a phone by scrolling. */
export function show(ticket) {
  touchedAt = Date.now();
  if (!isPaged()) {
    ticket.scrollIntoView({ block: "nearest" });
    return;
  }
  const wanted = pageOf(ticket);
  if (wanted === page) ticket.parentElement.parentElement.scrollLeft = 0;
  else turnTo(wanted);
}

/** On which page a ticket stands, for people: 1, 2…; 0 when it is the page that is shown. */
export function pageElsewhere(ticket) {
  if (!isPaged()) return 0;
  const at = pageOf(ticket);
  return at === page ? 0 : at + 1;
}

/** Keep pages right from now on. */
export function startPages() {
  document.documentElement.dataset.paged = "";
  for (const event of ["pointerdown", "keydown"]) {
    document.addEventListener(event, () => {
      touchedAt = Date.now();
    });
  }
  setInterval(() => {
    if (page > 0 && Date.now() - touchedAt > PAGE_KEY_REST_MS) turnTo(0);
  }, 5000);
  window.addEventListener("resize", arrange);
  document.addEventListener(
    "scroll",
    ({ target }) => {
      if (target.classList?.contains("lane__view")) target.scrollLeft = 0;
    },
    true,
  );
  document.fonts?.ready.then(arrange);
  arrange();
}
