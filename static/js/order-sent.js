// What was sent, on the order screen: the sheet of a line, and the buttons of a course. Loaded when it is needed.

import { secret } from "./order-http.js";
import { message } from "./order-view.js";

const AS_PART = { "HX-Request": "true" };
const dialog = document.getElementById("order-sent-line");

/** Open the sheet of a sent line, or its page. */
export async function openSent(url) {
  const answer = await fetch(url, { headers: AS_PART, cache: "no-store" }).catch(() => null);
  if (!answer?.ok) {
    location.assign(url);
    return;
  }
  dialog.innerHTML = await answer.text();
  dialog.showModal();
}

/** Send a form of the sheet; a refusal shows it again with its sentence. */
export async function submitSent(form) {
  const answer = await send(form, AS_PART, new FormData(form));
  if (answer?.status === 204) dialog.close();
  else if (answer) dialog.innerHTML = await answer.text();
}

/** Fire or deliver a course, and say why if it was refused. */
export async function actOnSent(form, submitter, failed) {
  const body = new FormData(form);
  if (submitter?.name) body.set(submitter.name, submitter.value);
  const answer = await send(form, { Accept: "application/json" }, body);
  const told = answer?.status === 204 ? { problem: "" } : await answer?.json().catch(() => null);
  message(told?.problem ?? failed);
}

function send(form, headers, body) {
  return fetch(form.action, { method: "POST", headers: { ...headers, ...secret() }, body }).catch(() => null);
}
