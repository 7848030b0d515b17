// Names of keys. A bump bar is a keyboard, and a numeric keypad can serve as a cheap bump bar, with Num Lock on or off.

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
