// Tickets and lines that do not fit into one column. Each function reads all sizes before it writes.

/** Let a ticket break over columns only if it is taller than a column. */
export function markBroken(tickets) {
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

/** Name the table again at the top of each column in which a broken ticket continues. */
export function markContinued(tickets) {
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

/** Move the text of a tall line out of its button, which a browser never breaks. */
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

/** Let lines break that fill more than half a column; all other lines stay whole. */
export function markTall(lists, tickets) {
  const most = new Map(lists.map((list) => [list, list.clientHeight / 2]));
  const marks = [];
  for (const ticket of tickets) {
    const limit = most.get(ticket.parentElement);
    if (ticket.offsetHeight < limit && !ticket.querySelector("[data-tall]")) continue;
    for (const line of ticket.querySelectorAll(".line")) {
      // A broken line is a little lower, so its limit is lower too: otherwise it would change at each pass.
      marks.push([line, line.offsetHeight > (line.hasAttribute("data-tall") ? 0.7 * limit : limit)]);
    }
  }
  for (const [line, tall] of marks) if (line.hasAttribute("data-tall") !== tall) setTall(line, tall);
}
