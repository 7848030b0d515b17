// Saves the plan. Who saves second sees what the other person changed, and keeps both: the changes are joined, and where both
// changed the same thing the person chooses.

import { nameOf, text } from "./editor-words.js";
import { secret } from "./order-http.js";
import { bodyOf } from "./plan-floors.js";
import { differences, merged } from "./plan-merge.js";

const PATIENCE_MS = 20_000;
const find = (id) => document.getElementById(id);

async function ask(url, options = {}) {
  try {
    const headers = { "Content-Type": "application/json", Accept: "application/json", ...secret(), ...options.headers };
    const answer = await fetch(url, {
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...options,
      headers,
    });
    const body = await answer.json().catch(() => null);
    return { status: answer.status, body };
  } catch {
    return { status: 0, body: null };
  }
}

/** Return how many tables, fixtures and floors differ from what is saved. */
export const unsaved = (editor) => differences(editor.base, editor.plan).length;

/** Save what the editor shows. */
export async function save(editor) {
  if (editor.saving) return;
  editor.saving = true;
  editor.render();
  const sent = editor.plan;
  const headers = { "If-Match": `"${editor.base.version}"` };
  const { status, body } = await ask(editor.url, { method: "PUT", headers, body: JSON.stringify(bodyOf(sent)) });
  editor.saving = false;
  if (status === 200) editor.wasSaved(body, merged(sent, editor.plan, body).plan);
  else if (status === 412) await compare(editor);
  else refuse(editor, status, body);
}

function refuse(editor, status, body) {
  const words = status ? (body?.detail ?? text("refused", { status })) : text("unsent");
  editor.showProblem(words);
  const number = Object.keys(body?.errors ?? {})[0]?.match(/^tables\.(\d+)\./)?.[1];
  if (number) editor.goTo(editor.plan.tables[Number(number)]);
}

/** Show what another person has changed meanwhile. */
async function compare(editor) {
  const { status, body } = await ask(editor.url);
  if (status !== 200) return refuse(editor, status, body);
  const { conflicts, theirs } = merged(editor.base, editor.plan, body);
  find("editor-theirs").replaceChildren(
    ...theirs.map((each) => entry(text(`they_${each.what}`, { name: nameOf(each.row) }))),
  );
  find("editor-conflicts").replaceChildren(...conflicts.map(choice));
  find("editor-both").hidden = !conflicts.length;
  const dialog = find("editor-compare");
  dialog.onclose = () => decide(editor, body, dialog);
  dialog.returnValue = "";
  dialog.showModal();
  return undefined;
}

function entry(words) {
  const made = document.createElement("li");
  made.textContent = words;
  return made;
}

/** Return the choice between the own and the other person's state of what both have changed. */
function choice({ id, mine, theirs }) {
  const made = document.createElement("fieldset");
  made.className = "editor__choice";
  const legend = document.createElement("legend");
  legend.textContent = nameOf(mine ?? theirs);
  made.append(legend);
  for (const [value, row] of [
    ["mine", mine],
    ["theirs", theirs],
  ]) {
    const label = document.createElement("label");
    const radio = Object.assign(document.createElement("input"), { type: "radio", name: id, value });
    radio.checked = value === "mine";
    label.append(radio, ` ${text(value)}: ${row ? described(row) : text("gone")}`);
    made.append(label);
  }
  return made;
}

const described = ({ x, y, width, height, seats }) =>
  [seats && text("seats", { count: seats }), x !== undefined && text("at", { x, y }), `${width} × ${height}`]
    .filter(Boolean)
    .join(", ");

function decide(editor, theirs, dialog) {
  if (dialog.returnValue === "theirs") editor.wasSaved(theirs, theirs);
  if (dialog.returnValue !== "join") return;
  const taken = [...dialog.querySelectorAll("input[value=theirs]:checked")].map((radio) => radio.name);
  const { plan } = merged(editor.base, editor.plan, theirs, new Set(taken));
  editor.join(theirs, plan);
  save(editor);
}

/** Warn before unsaved work is left. */
export function startSaving(editor) {
  window.addEventListener("beforeunload", (event) => {
    if (unsaved(editor)) event.preventDefault();
  });
}
