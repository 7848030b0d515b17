// Keys as the wall reads them. A bump bar is a keyboard; a numeric keypad is a bump bar for ten euros, whether Num Lock is on or not.

const KEYPAD = {
  NumpadEnter: "Enter",
  NumpadDivide: "r",
  NumpadMultiply: "s",
  NumpadDecimal: "u",
  NumpadAdd: "PageDown",
  NumpadSubtract: "PageUp",
};

/** What a key means: a digit, a letter in lower case, or the key's own name. */
export function keyOf(event) {
  const digit = /^Numpad([0-9])$/.exec(event.code);
  if (digit) return digit[1];
  return KEYPAD[event.code] ?? (event.key.length === 1 ? event.key.toLowerCase() : event.key);
}
