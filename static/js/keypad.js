// Names of keys, also of a numeric keypad that serves as a bump bar.

const KEYPAD = {
  NumpadEnter: "Enter",
  NumpadDivide: "r",
  NumpadMultiply: "s",
  NumpadDecimal: "u",
  NumpadAdd: "PageDown",
  NumpadSubtract: "PageUp",
};

/** Return the meaning of a key: a digit, a letter in lower case, or the key's own name. */
export function keyOf(event) {
  const digit = /^Numpad([0-9])$/.exec(event.code);
  if (digit) return digit[1];
  return KEYPAD[event.code] ?? (event.key.length === 1 ? event.key.toLowerCase() : event.key);
}
