// Slips: the button that prints one slip, and the page that prints each slip of its printer, one after the other.
const PAUSE = 2000;
const here = document.querySelector("[data-print]");
const take = document.querySelector("form[data-take]");

import { word } from "./words.js";

if (here) {
  here.hidden = false;
  here.addEventListener("click", () => window.print());
}
if (take) follow();

async function follow() {
  const place = document.querySelector("#slip");
  take.hidden = true;
  for (;;) {
    if (!place.querySelector("form[data-printed]")) place.innerHTML = await next();
    const done = place.querySelector("form[data-printed]");
    if (!done) continue;
    done.hidden = true;
    window.print();
    await insist(done);
    place.replaceChildren();
  }
}

/** Wait for the next slip and return its HTML. */
async function next() {
  for (;;) {
    const answer = await insist(take);
    if (answer.status !== 204) return answer.text();
    await rest();
  }
}

/** Send a form until the server answers, because a short outage must not stop the printing. */
async function insist(form) {
  const state = document.querySelector("[data-printer-state]");
  for (;;) {
    try {
      const headers = { "HX-Request": "true" };
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers });
      if (answer.ok || answer.status === 409) {
        state.textContent = word("Slips print automatically while this page is open.");
        return answer;
      }
      state.textContent = word("NOT PRINTING: the server answers {status}. Reload this page.", {
        status: answer.status,
      });
    } catch {
      state.textContent = word("NOT PRINTING: the server does not answer. Printing continues when it does.");
    }
    await rest();
  }
}

function rest() {
  return new Promise((resolve) => setTimeout(resolve, PAUSE));
}
