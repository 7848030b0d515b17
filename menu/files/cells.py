"""Conversion of spreadsheet rows to the import service's values, with errors by column."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from bistro.core.kernel.money import exact, text
from bistro.core.kernel.numbers import whole_number
from menu.allergens import ALLERGENS, DIETS, Level, of_level
from menu.files.headers import REQUIRED
from menu.files.numbers import NotANumber, Reader
from menu.imported import ImportedItem
from menu.models import Category, Item
from menu.options_text import read_options, write_options
from menu.tax_catalogue import compiled
from menu.taxes import DishTax, read_dish_tax, write_components

MOST_OF_CATEGORY = Category._meta.get_field("name").max_length or 0
_YES, _NO = {"yes", "true", "1", "x", "y"}, {"no", "false", "0", "", "n"}


def cells_of(item: Item, currency: str) -> dict[str, str]:
    """Return the row of a dish, {column: text}. Needs the prefetches of `items_with_all`."""
    tax = _tax_today(item)
    take_away = tax.take_away if tax else None
    stated = {row.allergen.code: row.level for row in item.statements.all() if row.allergen.archived_at is None}
    return {
        "category": item.category.name,
        "name": item.name,
        "description": item.description,
        "price": text(item.price, currency),
        "tax": write_components(tax.components) if tax else "",
        "tax_take_away": "" if take_away is None else write_components(take_away),
        "prep_minutes": str(item.prep_minutes),
        "allergens": ", ".join(of_level(stated, Level.CONTAINS)),
        "may_contain": ", ".join(of_level(stated, Level.MAY_CONTAIN)),
        "free_of": ", ".join(of_level(stated, Level.FREE_OF)),
        "diets": ", ".join(item.diets),
        "popular": "yes" if item.popular else "no",
        "available": "no" if item.off_since else "yes",
        "portions_left": "" if item.portions_left is None else str(item.portions_left),
        "options": write_options((link.group for link in item.item_groups.all()), currency),
    }


def _tax_today(item: Item) -> DishTax | None:
    """Return the tax of a dish on the present business day, or None for the restaurant's default."""
    if item.tax is None:
        return None
    return compiled(item.tax.components.all()).dish_tax(item.restaurant.business_date(timezone.now()))


def items_with_all(rows: QuerySet[Item]) -> QuerySet[Item]:
    """Prefetch everything that `cells_of` reads, in a constant number of queries for any number of dishes."""
    related = ("tax__components", "item_groups__group__modifiers", "statements__allergen")
    return rows.select_related("restaurant", "category", "tax").prefetch_related(*related)


def read_row(cells: Mapping[str, str], currency: str) -> ImportedItem:
    """Return the dish that a row describes. Raises ValidationError with the problems by column."""
    problems: dict[str, list[str]] = {}
    read: dict[str, Any] = {}
    for column, reader in _READERS.items():
        try:
            read[column] = reader(cells.get(column, ""))
        except ValueError as error:
            problems[column] = [str(error)]
    try:
        read["tax"] = read_dish_tax(cells.get("tax", ""), cells.get("tax_take_away", ""))
    except ValueError as error:
        problems["tax"] = [str(error)]
    problems |= {column: ["This column is required."] for column in REQUIRED if not cells.get(column, "")}
    if len(cells.get("category", "")) > MOST_OF_CATEGORY:
        problems["category"] = [f"At most {MOST_OF_CATEGORY} characters."]
    if not problems:
        problems = _beyond_the_model(read) or _beyond_the_currency(read, currency)
    if problems:
        raise ValidationError(problems)  # type: ignore[arg-type]
    return ImportedItem(groups=read.pop("options"), contains=read.pop("allergens"), **read)


def _beyond_the_model(read: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the problems that the model's fields find, {column: messages}: too long, too large, negative."""
    facts = {name: read[name] for name in ("price", "prep_minutes", "portions_left")}
    wanted = ("name", "description", *facts)
    item = Item(name=read["name"], description=read["description"], **facts)
    try:
        item.clean_fields(exclude=[field.name for field in Item._meta.fields if field.name not in wanted])
    except ValidationError as error:
        return error.message_dict
    return {}


def _beyond_the_currency(read: Mapping[str, Any], currency: str) -> dict[str, list[str]]:
    """Return the prices with more decimals than the currency has, {column: messages}."""
    choices = (choice.price for group in read["options"] for choice in group.modifiers)
    problems: dict[str, list[str]] = {}
    for column, prices in (("price", [read["price"]]), ("options", choices)):
        for price in prices:
            try:
                exact(price, currency)
            except ValueError as error:
                problems.setdefault(column, []).append(str(error))
    return problems


def _money(cell: str) -> Decimal:
    """Return the number of a cell in our notation: decimal points, no thousands separators."""
    try:
        return Reader(".", told=True).number(cell)
    except NotANumber:
        raise ValueError(f"“{cell}” is not a price.") from None


def _count(default: int | None, most: int) -> Callable[[str], int | None]:
    def read(cell: str) -> int | None:
        if not cell:
            return default
        count = whole_number(cell, most=most)
        if count is None:
            raise ValueError(f"“{cell}” is not a whole number up to {most}.")
        return count

    return read


def _flag(default: bool) -> Callable[[str], bool]:
    def read(cell: str) -> bool:
        word = cell.casefold()
        if not word:
            return default
        if word not in _YES | _NO:
            raise ValueError(f"“{cell}” is neither yes nor no.")
        return word in _YES

    return read


def _words(known: tuple[tuple[str, str], ...], what: str) -> Callable[[str], tuple[str, ...]]:
    """Return a reader of words by code or label. It refuses unknown words, so that no misspelt allergen passes."""
    codes = {name.casefold(): code for code, label in known for name in (code, label)}

    def read(cell: str) -> tuple[str, ...]:
        words = [word.strip() for word in cell.replace(";", ",").split(",") if word.strip()]
        unknown = [word for word in words if word.casefold() not in codes]
        if unknown:
            raise ValueError(f"“{unknown[0]}” is not {what}. Use {', '.join(code for code, _label in known)}.")
        return tuple(dict.fromkeys(codes[word.casefold()] for word in words))

    return read


_READERS: dict[str, Callable[[str], Any]] = {
    "name": str,
    "description": str,
    "price": _money,
    "prep_minutes": _count(10, most=1440),
    "allergens": _words(ALLERGENS, "an allergen of the list"),
    "may_contain": _words(ALLERGENS, "an allergen of the list"),
    "free_of": _words(ALLERGENS, "an allergen of the list"),
    "diets": _words(DIETS, "a diet of the list"),
    "popular": _flag(False),
    "available": _flag(True),
    "portions_left": _count(None, most=100_000),
    "options": read_options,
}
