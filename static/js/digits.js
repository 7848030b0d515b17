// What a key of a keypad does to a text.

/** Return the text after a key: a digit or sign is added, `back` takes the last one away, `clear` all. */
export function pressed(text, key, longest = 12) {
  if (key === "clear") return "";
  if (key === "back") return text.slice(0, -1);
  return text.length < longest ? text + key : text;
}
