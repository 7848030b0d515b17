"""Texts in the sources that gettext does not get: of templates, of messages, and formats of days."""

import ast
import re

import pytest
from django.conf import settings

from bistro.core.kernel import errors
from tests.pseudo import WORD, Texts

pytestmark = pytest.mark.database_agnostic

TAGS = re.compile(
    r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}|{%\s*comment\b.*?{%\s*endcomment\s*%}"
    r"|{%\s*block (?:body_class|html_attributes)\s*%}.*?{%\s*endblock\b.*?%}|{#.*?#}|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
NAMES = {"Bistro", "OpenAPI", "CSV", "Excel", "Website", "Ctrl", "Esc", "min", "LIVE", "CONNECTING", "NOT LIVE"}
FOLDERS = ("bistro", "kitchen", "menu", "orders", "tables")
REFUSALS = {name for name, known in vars(errors).items() if isinstance(known, type)}
SHOWS = REFUSALS | {"message_user", "add_error", "ValidationError", "display", "action", "run_each"}
MESSAGES = {"success", "error", "warning", "info"}  # of `messages`; those of a logger are for operators
NAMED = {"label", "description", "button", "title", "empty_label"}
SENTENCE = re.compile(r"[A-Za-z“]\w+ \w|^[A-Z][a-z]+$")
LITERAL_DAY = re.compile(r"""date(?:_format\([^"]*|:)"[^"]*(?<![A-Z_])[jd]\.? [FMN]""")


def bare_texts(source):
    """Return the words of a template outside of tags that translate."""
    found = "\n".join(Texts(TAGS.sub(" ", source)).found)
    lines = re.sub("|".join(sorted(NAMES)), "", found).split("\n")
    return [line.strip() for line in lines if WORD.search(line) and '="' not in line]  # parts of a tag, HTML to copy


def test_every_text_of_a_template_is_translatable():
    folder = settings.BASE_DIR / "templates"
    sources = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.html")}
    pages = {name: source for name, source in sources.items() if not name.startswith("styleguide/")}
    assert {name: texts for name, source in pages.items() if (texts := bare_texts(source))} == {}


def plain(node):
    """Return a literal text of the code, also with values in it, or an empty text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    parts = node.values if isinstance(node, ast.JoinedStr) else ()
    return "".join(part.value if isinstance(part, ast.Constant) else "…" for part in parts)


def untold(code):
    """Yield the sentences that code shows to people without gettext."""
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        by = getattr(getattr(node.func, "value", None), "id", "")
        if called in SHOWS or (by == "messages" and called in MESSAGES):
            given = [*node.args, *(each.value for each in node.keywords if each.arg in NAMED)]
            yield from (text for each in given if SENTENCE.search(text := plain(each)) and "_" not in text)
        elif called.endswith("Field") or called == "form_page":
            given = [each.value for each in node.keywords if each.arg in NAMED]
            yield from (text for each in given if SENTENCE.search(text := plain(each)))


def test_what_people_are_told_comes_from_gettext():
    found = {}
    for path in (path for folder in FOLDERS for path in (settings.BASE_DIR / folder).rglob("*.py")):
        if not {"tests", "migrations", "commands", "backup", "opening"} & set(path.parts):
            found |= dict.fromkeys(untold(path.read_text()), path.name)
    assert found == {}


def test_days_are_written_as_the_language_does():
    """`date:"j F"` would be `29 November` in German too, where `MONTH_DAY_FORMAT` is `29. November`."""
    folders = [settings.BASE_DIR / folder for folder in (*FOLDERS, "templates")]
    files = [path for folder in folders for kind in ("*.py", "*.html") for path in folder.rglob(kind)]
    assert [path.name for path in files if LITERAL_DAY.search(path.read_text())] == []


def test_the_checks_find_bad_samples():
    assert bare_texts('<p>{% translate "Fine" %} Bare text {{ name }}</p>') == ["Bare text"]
    assert bare_texts('<button aria-label="Close it">{% blocktranslate %}Fine{% endblocktranslate %}</button>') == [
        "Close it"
    ]
    assert bare_texts("<p>{% translate 'Fine' %} · Bistro</p>") == []
    assert list(untold('self.message_user(request, f"{obj} was saved.", messages.SUCCESS)')) == ["… was saved."]
    assert list(untold('raise InvalidInput("Choose a table.")')) == ["Choose a table."]
    assert list(untold('raise InvalidInput(gettext("Choose a table."), code="no_table")')) == []
    assert list(untold('log.warning("sweep failed, will retry")')) == []
    assert LITERAL_DAY.search('{{ day|date:"l j F" }}')
    assert LITERAL_DAY.search('date_format(at, "j M")')
    assert not LITERAL_DAY.search('{{ day|date:"DATE_FORMAT" }}')
