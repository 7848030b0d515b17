// The pointer on the floor: mouse, pen and finger. A press selects; pulling moves, resizes or turns; a mouse that is pulled over
// the empty floor selects what its rectangle touches. Shift adds to the selection, Alt switches snapping off.

import { namesOf, text } from "./editor-words.js";
import { changed, itemsOn, moved } from "./plan-edits.js";
import { boundsOf, boundsOfAll, onFloor, resized, rotationTo } from "./plan-geometry.js";
import { NOTHING, only, toggled, touched } from "./plan-selection.js";
import { GRID, snapped } from "./plan-snap.js";

const SLACK = 4; // pixels that a press may move and is still a press

/** Start to listen. */
export function startPointer(editor, svg) {
  let pull = null; // what the pressed pointer does: { move(point, event), end() }

  function pointOf(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return { x: at.x, y: at.y };
  }

  function begin(event) {
    if (event.button !== 0 || pull) return;
    svg.focus({ preventScroll: true });
    pull = pullOf(event);
    if (!pull) return;
    Object.assign(pull, { id: event.pointerId, from: pointOf(event), pressed: [event.clientX, event.clientY] });
    svg.setPointerCapture(event.pointerId);
    event.preventDefault();
  }

  function pullOf(event) {
    const handle = event.target.closest("[data-handle]")?.dataset.handle;
    if (handle) return handle === "turn" ? turning(editor) : resizing(editor, handle);
    const id = event.target.closest("[data-item]")?.dataset.item;
    const more = event.shiftKey || event.ctrlKey || event.metaKey || editor.several;
    if (!id) return framing(editor, more, event.pointerType);
    if (more) editor.select(toggled(editor.selection, id));
    else if (!editor.selection.ids.has(id)) editor.select(only(id));
    return editor.selection.ids.has(id) ? moving(editor) : null;
  }

  function go(event) {
    if (event.pointerId !== pull?.id) return;
    const [x, y] = pull.pressed;
    if (!pull.began && Math.hypot(event.clientX - x, event.clientY - y) < SLACK) return;
    pull.began = true;
    const point = pointOf(event);
    pull.move({ ...point, dx: point.x - pull.from.x, dy: point.y - pull.from.y }, event.altKey || !editor.snaps);
  }

  function finish(event) {
    if (event.pointerId !== pull?.id) return;
    const done = pull;
    pull = null;
    if (event.type === "pointerup" && done.began) done.end?.();
    else editor.preview(null);
  }

  svg.addEventListener("pointerdown", begin);
  svg.addEventListener("pointermove", go);
  svg.addEventListener("pointerup", finish);
  svg.addEventListener("pointercancel", finish);
  svg.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !pull) return;
    pull = null;
    editor.preview(null);
    event.stopImmediatePropagation();
  });
}

function moving(editor) {
  const { ids } = editor.selection;
  const items = itemsOn(editor.plan, editor.floorId);
  const all = boundsOfAll(items.filter((item) => ids.has(item.id)));
  const others = items.filter((item) => !ids.has(item.id)).map(boundsOf);
  return {
    move({ dx, dy }, free) {
      const by = snapped(all, dx, dy, others, { free });
      editor.preview(moved(editor.plan, editor.floorId, ids, by.dx, by.dy), { guides: by.guides });
    },
    end() {
      const [first] = editor.chosen(editor.shown);
      const place = first ? { x: first.x, y: first.y } : {};
      editor.keepPreview(text("moved", { names: namesOf(editor.chosen()), ...place }));
    },
  };
}

function resizing(editor, handle) {
  const [x, y] = handle.split(" ").map(Number);
  const [item] = editor.chosen();
  return {
    move({ dx, dy }, free) {
      const least = "seats" in item ? 20 : 4;
      const next = resized(item, { x, y }, dx, dy, { least, step: free ? 1 : GRID });
      const floor = editor.floor();
      if (next.width > floor.width || next.height > floor.height) return;
      editor.preview(changed(editor.plan, [item.id], () => ({ ...next, ...onFloor(next, floor) })));
    },
    end() {
      const [now] = editor.chosen(editor.shown);
      const size = { width: now.width, height: now.height };
      editor.keepPreview(text("resized", { names: namesOf([now]), ...size }));
    },
  };
}

function turning(editor) {
  const [item] = editor.chosen();
  return {
    move(point, free) {
      const rotation = rotationTo(item, point, free ? 1 : 15);
      editor.preview(changed(editor.plan, [item.id], () => ({ rotation })));
    },
    end() {
      const [now] = editor.chosen(editor.shown);
      editor.keepPreview(text("rotated", { names: namesOf([now]), degrees: now.rotation }));
    },
  };
}

function framing(editor, more, pointerType) {
  const before = more ? editor.selection.ids : new Set();
  if (!more) editor.select(NOTHING);
  if (pointerType === "touch") return null; // a finger on the empty floor scrolls
  let start = null;
  return {
    move(point) {
      start ??= { x: point.x - point.dx, y: point.y - point.dy };
      const marquee = {
        x: Math.min(start.x, point.x),
        y: Math.min(start.y, point.y),
        width: Math.abs(point.dx),
        height: Math.abs(point.dy),
      };
      editor.select(touched(itemsOn(editor.plan, editor.floorId), marquee, before), { marquee, quiet: true });
    },
    end() {
      editor.select(editor.selection);
    },
  };
}
