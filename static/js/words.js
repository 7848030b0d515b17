// Texts that scripts write (bistro/core/web/script_words.py).

const list = globalThis.document?.getElementById?.("script-words");

export const { refusals, states, texts } = list ? JSON.parse(list.textContent) : { texts: {} };

/** Return a text in the page's language with `values` filled in. */
export const word = (english, values) =>
  (texts[english] ?? english).replace(/\{(\w+)\}/g, (_braces, name) => values[name]);
