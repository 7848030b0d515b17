"""Conversion of a dish's choice groups to the text of one spreadsheet cell, and back (docs/menu-import.md).

    Side [1-1]: Fries *; Salad +1.50; "Soup: small" +2.00 (86)
    Sauce [0-2]: Pesto +2.00 (contains nuts, milk) (may contain sesame); Tomato (free of milk)

One group a line. `*` marks the default, `+1.50` the price, `(86)` a choice that is off, `(contains …)` what is stated
about its allergens. A name that could be misread stands in quotes, in which two quotes mean one.
"""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial

from django.utils.translation import gettext

from bistro.core.kernel.money import ZERO, text
from bistro.core.kernel.names import name_key
from menu.imported import ImportedGroup, ImportedModifier

Surcharge = Callable[[Decimal], str]
NONE = "none"  # the whole cell: this dish offers no choices
_HEAD = re.compile(r"\s*(?:\[\s*(?P<min>\d{1,3})\s*-\s*(?P<max>\d{1,3})\s*\]\s*)?:")
_MARKS = re.compile(
    r"(?:^|(?<=\s))(?:"
    r"(?P<price>[+\-−]\d{1,12}(?:[.,]\d{1,4})?)|(?P<off>\(86\))"
    r"|\(contains\s+(?P<contains>[^()]+)\)|\(may contain\s+(?P<may_contain>[^()]+)\)"
    r"|\(free of\s+(?P<free_of>[^()]+)\)"
    r")\s*$|(?P<default>\*)\s*$",
    re.IGNORECASE,
)
# The end of a name that people may mean for a price: “Fries+1.50”, “Wine +1,000.00”, “Soup + 2 €”, “Roll -€1”,
# “Wine +1e3”, “Wine +1_000”, “Soup +½”.
_LIKE_A_PRICE = re.compile(r"(?:\+\s?|\s[-−])[^\d\s]{0,3}[\d¼½¾][\d¼½¾.,'’_]*(?:[eE][+\-]?\d+)?\s?[^\d\s]{0,3}$")
_MOST_DECIMALS = 4
_QUOTE = '"'
_RESERVED = re.compile(r"[:;\[\]*\n]")


def write_options(groups: Iterable[ImportedGroup], currency: str) -> str:
    """Return the text of a dish's groups."""
    return "\n".join(group_text(group, partial(_signed, currency=currency)) for group in groups)


def _signed(price: Decimal, currency: str) -> str:
    return f"{'+' if price > 0 else ''}{text(price, currency)}"


def group_text(group: ImportedGroup, surcharge: Surcharge) -> str:
    """Return the line of one group. `surcharge` writes what a choice adds to the price."""
    choices = "; ".join(choice_text(choice, surcharge) for choice in group.modifiers)
    return f"{_written(group.name, _is_plain_group)} [{group.min}-{group.max}]: {choices}".rstrip()


def names_text(group: ImportedGroup, language: str) -> str:
    """Return the line with the names of a group and its choices in a language, else in the restaurant's own."""
    choices = "; ".join(_written(name_in(language, choice), _is_plain_choice) for choice in group.modifiers)
    return f"{_written(name_in(language, group), _is_plain_group)}: {choices}".rstrip()


def name_in(language: str, row: ImportedGroup | ImportedModifier) -> str:
    """Return the name of a group or choice in a language, else in the restaurant's own."""
    return next((text for code, _field, text in row.translations if code == language), row.name)


def choice_text(choice: ImportedModifier, surcharge: Surcharge) -> str:
    """Return one choice with its marks, e.g. `Salad +1.50 *`."""
    marks = [surcharge(choice.price)] if choice.price else []
    marks += ["*"] if choice.is_default else []
    marks += ["(86)"] if not choice.available else []
    for words, codes in (
        ("contains", choice.contains),
        ("may contain", choice.may_contain),
        ("free of", choice.free_of),
    ):
        marks += [f"({words} {', '.join(codes)})"] if codes else []
    return " ".join([_written(choice.name, _is_plain_choice), *marks])


def read_options(cell: str, decimals: int = _MOST_DECIMALS) -> tuple[ImportedGroup, ...]:
    """Return the groups that a cell describes. Raises ValueError with the part that cannot be read.

    `decimals` is the number of decimals of the currency. A price with more of them may mean thousands, as `+1,000` in
    euros, so it is refused even if they are zeros.
    """
    if cell.strip().casefold() == NONE:
        return ()
    reader = _Reader(cell, decimals)
    groups = tuple(reader.groups())
    seen: set[str] = set()
    for choice in (choice for group in groups for choice in group.modifiers):
        if name_key(choice.name) in seen:
            raise ValueError(gettext("“%(name)s” is listed twice.") % {"name": choice.name})
        seen.add(name_key(choice.name))
    return groups


def read_names(cell: str) -> tuple[ImportedGroup, ...]:
    """Return the groups of a cell with names only, which may be the same. Raises ValueError."""
    return tuple(_Reader(cell, _MOST_DECIMALS).groups())


class _Reader:
    """A position in the text of a cell."""

    def __init__(self, cell: str, decimals: int) -> None:
        self.decimals = decimals
        self.text, self.at = cell.replace("\r\n", "\n").replace("\r", "\n"), 0

    def groups(self) -> Iterable[ImportedGroup]:
        while self.text[self.at :].strip():
            self.at += len(self.text[self.at :]) - len(self.text[self.at :].lstrip())
            yield self._group()

    def _group(self) -> ImportedGroup:
        start = self.at
        name = self._quoted() or self._until(r"\s*\[|\s*:|\n")
        head = _HEAD.match(self.text, self.at)
        if head is None or not name:
            line = self.text[start:].split("\n")[0]
            raise ValueError(gettext("“%(line)s” is not “Group [min-max]: choice; choice”.") % {"line": line[:60]})
        self.at = head.end()
        choices = tuple(self._choices())
        least, most = int(head["min"] or 0), int(head["max"] or max(len(choices), 1))
        if most < 1 or most < least:
            raise ValueError(
                gettext("“%(name)s” asks for %(least)s to %(most)s choices.")
                % {"name": name, "least": least, "most": most}
            )
        return ImportedGroup(name, least, most, choices)

    def _choices(self) -> Iterable[ImportedModifier]:
        """Read to the end of the line."""
        while self.at < len(self.text):
            self._until(r"[^ \t]")
            quoted = self._quoted()
            rest = self._until(r"[;\n]").strip()
            if quoted or rest:
                yield _choice(quoted, rest, self.decimals)
            ended = self.text[self.at : self.at + 1]
            self.at += 1
            if ended != ";":
                return

    def _quoted(self) -> str:
        """Read a name in quotes, if one begins here."""
        if not self.text.startswith(_QUOTE, self.at):
            return ""
        found = re.compile(r'"((?:[^"]|"")*)"').match(self.text, self.at)
        if found is None or not found[1].strip():
            raise ValueError(gettext("A quote is missing in “%(text)s”.") % {"text": self.text[self.at : self.at + 60]})
        self.at = found.end()
        return found[1].replace('""', _QUOTE)

    def _until(self, pattern: str) -> str:
        """Read up to the first place that matches, or to the end."""
        found = re.compile(pattern).search(self.text, self.at)
        start, self.at = self.at, found.start() if found else len(self.text)
        return self.text[start : self.at]


def _choice(quoted: str, rest: str, decimals: int) -> ImportedModifier:
    name, marks = _split_marks(rest)
    if bool(quoted) == bool(name):
        raise ValueError(
            gettext("“%(value)s %(value_2)s” is not “choice +1.50 * (86)”.")
            % {"value": (quoted or rest)[:60], "value_2": rest[:60] if quoted else ""}
        )
    if _RESERVED.search(name):
        raise ValueError(
            gettext('“%(name)s” holds a sign with a meaning. Write the name in quotes: "%(name)s".')
            % {"name": name[:60]}
        )
    if _LIKE_A_PRICE.search(name):
        raise ValueError(
            gettext("“%(name)s” ends like a price. Write it as in “Wine +1000.50”, or the name in quotes.")
            % {"name": name[:60]}
        )
    price = _price(marks.get("price") or "0", decimals)
    return ImportedModifier(
        name=quoted or name,
        price=price or ZERO,
        is_default="default" in marks,
        available="off" not in marks,
        contains=_words(marks.get("contains")),
        may_contain=_words(marks.get("may_contain")),
        free_of=_words(marks.get("free_of")),
    )


def _price(mark: str, decimals: int) -> Decimal:
    """Return a price. Raises ValueError if its separator may mean thousands."""
    places = len(re.split("[.,]", mark)[1]) if re.search("[.,]", mark) else 0
    if places == 3 and ("," in mark or decimals < 3):
        raise ValueError(
            gettext("“%(mark)s” may mean thousands, or has too many decimals. Write a thousand as 1000.")
            % {"mark": mark}
        )
    if places > decimals:
        if not decimals:
            raise ValueError(
                gettext("“%(mark)s” has too many decimals: the currency has no decimals.") % {"mark": mark}
            )
        raise ValueError(
            gettext("“%(mark)s” has too many decimals: the currency has %(value)s decimals.")
            % {"mark": mark, "value": decimals}
        )
    return Decimal(mark.replace(",", ".").replace("−", "-"))


def _words(mark: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (mark or "").split(",") if word.strip())


def _split_marks(rest: str) -> tuple[str, dict[str, str]]:
    """Return the name and the marks behind it."""
    marks: dict[str, str] = {}
    while (found := _MARKS.search(rest)) is not None:
        (kind,) = [kind for kind, value in found.groupdict().items() if value is not None]
        if kind in marks:
            break
        marks[kind], rest = found[kind], rest[: found.start()].rstrip()
    return rest, marks


def _written(name: str, plain: Callable[[str], bool]) -> str:
    return name if plain(name) else _QUOTE + name.replace(_QUOTE, '""') + _QUOTE


def _is_plain_choice(name: str) -> bool:
    """Return whether a choice's name is read as it is when it stands without quotes."""
    reserved = _RESERVED.search(name) or name.startswith(_QUOTE) or _LIKE_A_PRICE.search(name)
    return not reserved and _split_marks(name) == (name, {})


def _is_plain_group(name: str) -> bool:
    """Return whether a group's name is read as it is when it stands without quotes."""
    return not _RESERVED.search(name) and not name.startswith(_QUOTE) and name == name.strip()
