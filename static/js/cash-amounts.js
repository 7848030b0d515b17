// Amounts of cash in the smallest unit of a currency, to show the change before it is recorded. The server decides.

const LONGEST = 9; // digits before the decimal sign that the server reads
const AMOUNT = /^(\d{1,9})(?:[.,](\d{1,4}))?$/;
const OTHER_DIGITS = /[\u0660-\u0669\u06f0-\u06f9]/g; // Arabic and Persian keyboards

/** Return a typed amount such as 80, 80.5 or 80,50 in the smallest unit, null for anything else. */
export function unitsOf(typed, digits) {
  const found = AMOUNT.exec(typed.trim().replace(OTHER_DIGITS, (digit) => String(digit.charCodeAt(0) % 16)));
  if (!found) return null;
  const part = (found[2] ?? "").replace(/0+$/, "");
  return part.length > digits ? null : Number(found[1] + part.padEnd(digits, "0"));
}

/** Return an amount as a field has it, "" for nothing. */
export function typedAs(units, digits, sign) {
  if (!units) return "";
  const text = String(units).padStart(digits + 1, "0");
  return digits ? `${text.slice(0, -digits)}${sign}${text.slice(-digits)}` : text;
}

/** Return an amount after a key: digits move in from the right, as on a till, and `back` takes the last one away. */
export function pressed(units, key, digits) {
  if (key === "back") return Math.floor(units / 10);
  const more = Number(`${units}${key}`);
  return more < 10 ** (LONGEST + digits) ? more : units;
}

/** Return an amount that can be paid in cash: the nearest multiple of the smallest coin, half up. */
export function toCoin(units, coin) {
  return coin ? Math.floor((2 * units + coin) / (2 * coin)) * coin : units;
}

/** Return what is paid and given, and the change; negative change is missing. `only` and `given` are null if empty. */
export function changeOf({ due, tip, coin }, only, given) {
  const toPay = toCoin(Math.min(only ?? due, due) + tip, coin);
  const offered = given ?? (only !== null && only > due ? only : toPay);
  return { given: offered, change: offered - toPay };
}
