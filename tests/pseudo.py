"""A pseudo-language: each text of gettext is wrapped in marks, so that a text on a page without marks is found."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.apps import apps
from django.db import models
from django.utils import translation

OPEN, CLOSE = "⟦", "⟧"
MARKED = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
SAID = ("aria-label", "title", "placeholder", "alt", "data-words")  # attributes that a person hears or sees
UNREAD = {"script", "style", "kbd", "code", "title"}
NAMES = {"name", "label", "email", "timezone", "locale", "currency", "placed_by", "table_name", "city", "brand"}
LISTS = {"currency", "timezone", "locale", "country"}  # whose options Babel names
WORD = re.compile(r"[^\W\d_]{3,}")


def speak(monkeypatch) -> None:
    """Let gettext wrap each text in marks."""
    real = translation._trans
    singular, plural, context = real.gettext, real.ngettext, real.pgettext
    monkeypatch.setattr(real, "gettext", lambda message: mark(singular(message)))
    monkeypatch.setattr(real, "ngettext", lambda one, more, number: mark(plural(one, more, number)))
    monkeypatch.setattr(real, "pgettext", lambda where, message: mark(context(where, message)))


def mark(text: str) -> str:
    return f"{OPEN}{text}{CLOSE}" if text else text


class Texts(HTMLParser):
    """A reader of what a page shows or says, without elements that hold data (`<bdi>`, `hx-disable`, `lang`, LISTS)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [given[name] or "" for name in SAID if name in given]
        if tag not in ("input", "link", "meta", "br", "img", "hr", "use", "col", "wbr", "source"):
            data = tag == "bdi" or "hx-disable" in given or ("lang" in given and tag != "html")
            icon = "material-symbols-outlined" in (given.get("class") or "")  # its text is the name of a picture
            hidden = data or icon or tag in UNREAD or (tag == "select" and given.get("name") in LISTS)
            self.open.append((tag, hidden or bool(self.open and self.open[-1][1])))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self.open and self.open[-1][1]):
            self.found.append(" ".join(data.split()))


def stored() -> list[str]:
    """Return all stored names, longest first: of dishes, tables, people and so on."""
    found: set[str] = set()
    for model in apps.get_models():
        fields = [field for field in model._meta.concrete_fields if isinstance(field, models.CharField)]
        names = [field.name for field in fields if field.name in NAMES]
        for row in model._default_manager.values_list(*names) if names else ():
            found |= {str(value) for value in row if isinstance(value, str) and value}
    return sorted(found, key=len, reverse=True)


def unmarked(html: str, data: list[str]) -> Iterator[str]:
    """Yield the texts of a page that neither gettext nor the data has."""
    joined = "\n".join(Texts(html).found)  # a text with an element inside has its marks in several parts
    yield from without(without_marks(joined), data)


def without_marks(text: str) -> str:
    """Return a text without what gettext gave."""
    while (shorter := MARKED.sub("", text)) != text:
        text = shorter
    return text


def without(joined: str, data: list[str]) -> list[str]:
    """Return the lines that have a word beside the data."""
    for text in data:
        joined = re.sub(rf"(?<!\w){re.escape(text)}(?!\w)", "", joined)
    return [line for line in joined.split("\n") if WORD.search(line)]
