// Draws a floor in the editor: fixtures, tables with their chairs, handles of the selected one, guides. Nothing else writes
// into the drawing.

import { nameOf, spoken } from "./editor-words.js";
import { chairsOf, DEPTH } from "./plan-chairs.js";
import { isTable } from "./plan-edits.js";
import { boundsOf, middleOf, overlapping } from "./plan-geometry.js";

const SVG = "http://www.w3.org/2000/svg";
const EDGE = 30; // around the floor
const HANDLES = [
  [-1, -1],
  [0, -1],
  [1, -1],
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
];

function element(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

const centred = (width, height, more = {}) =>
  element("rect", { x: -width / 2, y: -height / 2, width, height, ...more });

function shapeOf(item) {
  if (item.shape === "round") return element("ellipse", { rx: item.width / 2, ry: item.height / 2 });
  return centred(item.width, item.height, isTable(item) ? { rx: 12 } : {});
}

function chair({ x, y, length, degrees }) {
  const at = `translate(${x} ${y}) rotate(${degrees})`;
  return centred(length, DEPTH, { class: "plan__chair", rx: 4, transform: at });
}

function labels(item) {
  if (!isTable(item)) {
    return item.text ? [element("text", { class: "plan__text", y: 6 }, item.text)] : [];
  }
  const room = Math.min(...Object.values(boundsOf({ ...item, x: 0, y: 0 })).slice(2));
  const short = item.name.replace(/^Table (?=.)/, "");
  const isLong = short.length * 13 > room;
  const name = element("text", { class: "plan__name", "data-long": isLong, y: 2 }, short);
  return [name, element("text", { class: "plan__seats", y: 22 }, String(item.seats))];
}

const known = new WeakMap(); // an item, which never changes → its element as it was drawn last

/** Return the element of an item; one that looks as before is used again. */
function drawn(item, selection, clashes) {
  const look = `${selection.ids.has(item.id)} ${selection.at === item.id} ${clashes.has(item.id)}`;
  const last = known.get(item);
  if (last?.look === look) return last.made;
  const made = drawnAnew(item, selection, clashes);
  known.set(item, { look, made });
  return made;
}

function drawnAnew(item, selection, clashes) {
  const middle = middleOf(item);
  const chairs = isTable(item) ? chairsOf(item).map(chair) : [];
  const turn = element("g", { transform: item.rotation ? `rotate(${item.rotation})` : null }, ...chairs, shapeOf(item));
  const facts = {
    id: `item-${item.id}`,
    class: "plan__item",
    role: "option",
    "aria-selected": String(selection.ids.has(item.id)),
    "aria-label": spoken(item),
    transform: `translate(${middle.x} ${middle.y})`,
    "data-item": item.id,
    "data-kind": isTable(item) ? "table" : item.kind,
    "data-at": selection.at === item.id,
    "data-clash": clashes.has(item.id),
  };
  return element("g", facts, turn, ...labels(item));
}

/** Draw the frame with the handles of the only selected item, in the size that a finger needs. */
function frame(item, unit) {
  const middle = middleOf(item);
  const [across, down] = [item.width / 2 + 6, item.height / 2 + 6];
  const side = 9 * unit;
  const grips = HANDLES.map(([x, y]) =>
    element(
      "g",
      { class: "plan__grip", "data-handle": `${x} ${y}`, transform: `translate(${x * across} ${y * down})` },
      element("circle", { class: "plan__reach", r: 22 * unit }),
      centred(side * 1.6, side * 1.6, { rx: 2 * unit }),
    ),
  );
  const turner = element(
    "g",
    { class: "plan__grip", "data-handle": "turn", transform: `translate(0 ${-down - 30 * unit})` },
    element("circle", { class: "plan__reach", r: 22 * unit }),
    element("circle", { r: side }),
  );
  const line = element("line", { y1: -down, y2: -down - 30 * unit });
  const at = `translate(${middle.x} ${middle.y}) rotate(${item.rotation})`;
  return element("g", { class: "plan__frame", transform: at }, centred(2 * across, 2 * down), line, turner, ...grips);
}

function guideLines(guides, floor) {
  return guides.map(({ axis, at }) =>
    axis === "x"
      ? element("line", { class: "plan__guide", x1: at, x2: at, y1: -EDGE, y2: floor.height + EDGE })
      : element("line", { class: "plan__guide", y1: at, y2: at, x1: -EDGE, x2: floor.width + EDGE }),
  );
}

/** Draw a floor. `marquee` is the rectangle that is being drawn to select, or null. */
export function draw(svg, { floor, items, selection, guides = [], marquee = null }) {
  svg.setAttribute("viewBox", `${-EDGE} ${-EDGE} ${floor.width + 2 * EDGE} ${floor.height + 2 * EDGE}`);
  const unit = (floor.width + 2 * EDGE) / Math.max(svg.getBoundingClientRect().width, 200);
  const clashes = overlapping(items.filter(isTable));
  const chosen = items.filter((item) => selection.ids.has(item.id));
  const decoration = [
    ...guideLines(guides, floor),
    ...(chosen.length === 1 ? [frame(chosen[0], Math.min(unit, 2))] : []),
  ];
  if (marquee) decoration.push(element("rect", { class: "plan__marquee", ...marquee }));
  svg.replaceChildren(
    element(
      "g",
      { role: "presentation" },
      element("rect", { class: "plan__floor", width: floor.width, height: floor.height }),
    ),
    element("g", { role: "presentation" }, ...items.map((item) => drawn(item, selection, clashes))),
    element("g", { role: "presentation", "aria-hidden": "true" }, ...decoration),
  );
  if (selection.at) svg.setAttribute("aria-activedescendant", `item-${selection.at}`);
  else svg.removeAttribute("aria-activedescendant");
  return { clashes: items.filter((item) => clashes.has(item.id)).map(nameOf) };
}
