// Sizes by key: what is selected grows to the right and down.

import { namesOf, text } from "./editor-words.js";
import { described } from "./plan-edits.js";

/** Make what is selected wider or higher. */
export function resize(editor, across, down) {
  const items = editor.chosen();
  if (!items.length) return editor.say(text("select_first"));
  let plan = editor.plan;
  for (const item of items) {
    plan = described(plan, [item.id], { width: item.width + across, height: item.height + down });
  }
  const [first] = editor.chosen(plan);
  const words = text("resized", { names: namesOf(items), width: first.width, height: first.height });
  return editor.commit(plan, words, { run: "resize" });
}
