"""Sales histories (CSV, one row for each line sold), with the reasons for rows that cannot be played."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from bistro.core.kernel.names import name_key

COLUMNS = ("order_id", "ordered_at", "item", "category", "quantity", "unit_price", "modifiers")
MOST_OF_ONE_ITEM = 999
FINEST = Decimal("0.0001")  # no currency has more decimals
DEAREST = Decimal("100000.00")


class UnreadableHistory(Exception):
    """A file that is not a sales history."""


class BadRow(Exception):
    """A row that cannot be played; the message is the reported reason."""


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A row of the history. `row` counts as a spreadsheet does: the heading is row 1."""

    row: int
    item: str
    category: str
    quantity: int
    unit_price: Decimal | None
    modifiers: tuple[str, ...]


@dataclass(slots=True)
class SoldOrder:
    """The rows that share an order number."""

    reference: str
    ordered_at: str
    lines: list[SoldLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that was left out."""

    row: int
    reason: str


@dataclass(slots=True)
class History:
    """A history: the orders that can be played and the rows that were left out."""

    orders: list[SoldOrder] = field(default_factory=list)
    skipped: list[SkippedRow] = field(default_factory=list)

    @property
    def lines(self) -> Iterable[SoldLine]:
        """Return every line that can be played."""
        return (line for order in self.orders for line in order.lines)


@dataclass(frozen=True, slots=True)
class NeededItem:
    """An item that the menu must have for the history to be played."""

    name: str
    category: str
    price: Decimal
    modifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PriceDifference:
    """Rows of one item with another price than the menu's."""

    item: str
    menu_price: Decimal
    rows: Mapping[Decimal, int]


def read_history(path: Path) -> History:
    """Read the file; rows of one order need not be consecutive."""
    history = History()
    orders: dict[str, SoldOrder] = {}
    with path.open(newline="", encoding="utf-8-sig") as source:
        reader = csv.DictReader(source)
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise UnreadableHistory(f"{path.name} lacks the column {', '.join(missing)}.")
        for number, row in enumerate(reader, start=2):
            try:
                reference, line = _parse(number, row)
            except BadRow as problem:
                history.skipped.append(SkippedRow(number, str(problem)))
                continue
            order = orders.setdefault(reference, SoldOrder(reference, (row["ordered_at"] or "").strip()))
            order.lines.append(line)
    history.orders.extend(orders.values())
    return history


def _parse(number: int, row: Mapping[str, str | None]) -> tuple[str, SoldLine]:
    cell = {column: (row[column] or "").strip() for column in COLUMNS}
    if not cell["order_id"]:
        raise BadRow("no order number")
    if not cell["item"]:
        raise BadRow("no item")
    modifiers = tuple(dict.fromkeys(name.strip() for name in cell["modifiers"].split("|") if name.strip()))
    line = SoldLine(
        number, cell["item"], cell["category"], _quantity(cell["quantity"]), _price(cell["unit_price"]), modifiers
    )
    return cell["order_id"], line


def _quantity(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= MOST_OF_ONE_ITEM:
        raise BadRow("bad quantity")
    return int(text)


def _price(text: str) -> Decimal | None:
    """Return the price, or None if empty, because another row of the item may have the price."""
    if not text:
        return None
    try:
        price = Decimal(text)
    except InvalidOperation:
        raise BadRow("bad price") from None
    if not price.is_finite() or not 0 <= price <= DEAREST or price != price.quantize(FINEST):
        raise BadRow("bad price")
    return price


def needed_items(history: History) -> list[NeededItem]:
    """Return every item with a price, at its most frequent one, with all of its modifiers in the history."""
    first: dict[str, SoldLine] = {}
    prices: dict[str, Counter[Decimal]] = {}
    modifiers: dict[str, dict[str, str]] = {}
    for line in history.lines:
        key = name_key(line.item)
        first.setdefault(key, line)
        taken = modifiers.setdefault(key, {})
        for name in line.modifiers:
            taken.setdefault(name_key(name), name)
        if line.unit_price is not None:
            prices.setdefault(key, Counter())[line.unit_price] += 1
    return [
        NeededItem(line.item, line.category, prices[key].most_common(1)[0][0], tuple(modifiers[key].values()))
        for key, line in first.items()
        if key in prices
    ]


def price_differences(lines: Iterable[SoldLine], price_of: Callable[[SoldLine], Decimal]) -> list[PriceDifference]:
    """Return rows with another price than `price_of` gives today, grouped by item, largest group first."""
    found: dict[tuple[str, Decimal], Counter[Decimal]] = {}
    for line in lines:
        today = price_of(line)
        if line.unit_price is not None and line.unit_price != today:
            found.setdefault((line.item, today), Counter())[line.unit_price] += 1
    differences = [PriceDifference(item, price, dict(rows)) for (item, price), rows in found.items()]
    return sorted(differences, key=lambda difference: -sum(difference.rows.values()))
