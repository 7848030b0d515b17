"""Rules for the text of templates: short lines, one way to post, and tags that render what the templates expect."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils.module_loading import import_string

pytestmark = pytest.mark.database_agnostic

ROOT = Path(settings.BASE_DIR)
LONGEST_LINE = 160
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def long_lines(text):
    return [number for number, line in enumerate(text.splitlines(), 1) if len(line) > LONGEST_LINE]


def rendered(source, **context):
    return " ".join(Template("{% load act_forms marks %}" + source).render(Context(context)).split())


def missing_classes(text):
    """Return the classes that a template's comment names (`kitchen.wall.board.BoardLine`) and that do not exist."""
    missing = []
    for path in re.findall(r"\b(?:bistro|menu|tables|orders|kitchen)(?:\.[a-z_]+)+\.[A-Z]\w+", text):
        try:
            import_string(path)
        except ImportError:
            missing.append(path)
    return missing


def test_every_class_of_a_context_exists():
    found = {str(path.relative_to(ROOT)): missing_classes(path.read_text()) for path in TEMPLATES}
    assert {path: missing for path, missing in found.items() if missing} == {}


def test_a_class_that_does_not_exist_is_found():
    """Control."""
    text = "line (kitchen.wall.board.BoardData), look (kitchen.look.Look), sheet (kitchen.wall.board.Sheet)"
    assert missing_classes(text) == ["kitchen.look.Look", "kitchen.wall.board.Sheet"]


def test_no_line_is_too_long():
    found = {str(path.relative_to(ROOT)): long_lines(path.read_text()) for path in TEMPLATES}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_a_line_that_is_too_long_is_found():
    """Control."""
    assert long_lines(f"{'a' * 160}\n{'b' * 161}\n") == [2]


def test_addresses_of_forms_are_written_once():
    """`{% form_to %}`, `{% button_to %}` and `{% csrf_field %}` replace pairs that could differ."""
    pair = re.compile(r"""action="(\{%[^"]*%\})"\s+hx-post="(\{%[^"]*%\})""")
    for path in TEMPLATES:
        assert not pair.search(path.read_text()), path
        assert "if csrf_token" not in path.read_text(), path


@pytest.mark.parametrize(
    ("source", "html"),
    [
        (
            "<form {% form_to 'kitchen:bump-ticket' 7 %}>",
            '<form action="/kitchen/tickets/7/bump/" hx-post="/kitchen/tickets/7/bump/">',
        ),
        (
            "<button {% button_to 'kitchen:push-line' 7 3 %}>",
            '<button formaction="/kitchen/lines/7/push/3/" hx-post="/kitchen/lines/7/push/3/">',
        ),
        ("<a {% link_to 'kitchen:ticket' 7 %}>", '<a href="/kitchen/tickets/7/" hx-get="/kitchen/tickets/7/">'),
        (
            "{% mark 'held' %}",
            '<svg class="mark" data-state="held" aria-hidden="true"><use href="/static/img/sprite.svg#m-held"/></svg>',
        ),
        (
            "{% icon 'bell' 'Alarms' %}",
            '<svg class="icon" role="img" aria-label="Alarms"><use href="/static/img/sprite.svg#i-bell"/></svg>',
        ),
        (
            "{% age_mark 'late' %}",
            '<span class="ticket__word" data-age-word>late</span><svg class="mark" data-age-mark aria-hidden="true">'
            '<use href="/static/img/sprite.svg#m-late"/></svg>',
        ),
        ("{% age_words %}", "soon|late"),
    ],
)
def test_tags(source, html):
    assert rendered(source) == html


def test_a_pushed_fragment_has_no_csrf_field():
    assert rendered("{% csrf_field %}") == ""
    field = '<input type="hidden" name="csrfmiddlewaretoken" value="a&amp;b">'
    assert rendered("{% csrf_field %}", csrf_token="a&b") == field


def test_a_form_with_one_button():
    source = """{% act_form "floor:fire" 5 2 label=word name="fire" primary=True target="#sheet-table" %}"""
    assert rendered(source, csrf_token="t", word="Fire <2>") == (
        '<form method="post" action="/floor/orders/5/courses/2/fire/" hx-post="/floor/orders/5/courses/2/fire/"'
        ' hx-sync="this:drop" hx-target="#sheet-table" >'
        '<input type="hidden" name="csrfmiddlewaretoken" value="t">'
        ' <button class="button button--primary" id="fire-5-2">Fire &lt;2&gt; </button> </form>'
    )


def test_a_form_with_an_address():
    source = '{% act_form there label="Done" id="done-1" hidden=": order 1" css="block" swap="none" %}'
    assert rendered(source, there="/there/") == (
        '<form method="post" action="/there/" hx-post="/there/" hx-sync="this:drop" class="block" hx-swap="none">'
        ' <button class="button" id="done-1">Done <span class="visually-hidden">: order 1</span></button> </form>'
    )
