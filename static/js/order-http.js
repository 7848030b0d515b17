// Requests of the order screen. An answer is {ok, state}, {offline: true}, or a refusal {code, problem, …}.

const PATIENCE_MS = 10_000;
const AWAY = [429, 500, 502, 503, 504]; // the server may come back: the same request is tried again

/** Return the headers of a write: the secret without which the server refuses it, and the page's language. */
export function secret() {
  const language = { "Accept-Language": document.documentElement.lang };
  return { ...language, ...JSON.parse(document.body.getAttribute("hx-headers")) };
}

async function ask(url, options) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    return await fetch(url, { cache: "no-store", signal: patience.signal, ...options });
  } finally {
    clearTimeout(timer);
  }
}

/** Send JSON. The request is safe to repeat: lines and orders have keys. */
export async function post(url, body) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", ...secret() };
  try {
    const answer = await ask(url, { method: "POST", headers, body: JSON.stringify(body) });
    if (AWAY.includes(answer.status)) return { offline: true };
    if (answer.redirected) return signedOut();
    const data = answer.status === 204 ? null : await answer.json().catch(() => null);
    if (answer.ok) return { ok: true, state: data };
    return {
      code: String(answer.status),
      ...(data ?? {}),
      problem: data?.problem ?? data?.detail ?? answer.statusText,
    };
  } catch {
    return { offline: true };
  }
}

/** Fetch the state of the place; `state` is null if it is what `have` stands for. */
export async function state(url, have) {
  try {
    const answer = await ask(`${url}?have=${encodeURIComponent(have)}`);
    if (answer.redirected) return signedOut();
    if (!answer.ok) return { offline: true };
    return { ok: true, state: answer.status === 204 ? null : await answer.json() };
  } catch {
    return { offline: true };
  }
}

/** Leave the page for the login. */
function signedOut() {
  location.reload();
  return { offline: true };
}
