"""The kitchen's pages on televisions with a browser of 2021 (Chromium 88): no later features, and small pages.

Style sheets and modules are read as text, with everything that a page loads directly or by import.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
STATIC = Path(settings.BASE_DIR) / "static"
OURS_AT_MOST = 160_000  # bytes of HTML, CSS and JavaScript at twelve tickets, without comments, before compression

# Features that a browser of 2021 lacks, with the Chromium that introduced each.
LATER_CSS = {
    "@layer": "99",
    "@container": "105",
    "@scope": "118",
    ":has(": "105",
    "color-mix(": "111",
    "column-wrap": "145",
    "subgrid": "117",
    "inset-area": "125",
}
LATER_JS = {
    "AbortSignal.timeout": "103",
    ".checkVisibility": "105",
    "structuredClone": "98",
    ".at(": "92",
    ".findLast": "97",
    ".toSorted": "110",
    ".toReversed": "110",
    ".replaceAll(": "85",
    "Object.groupBy": "117",
    "Object.hasOwn": "93",
    "Promise.withResolvers": "119",
    "startViewTransition": "111",
    "import(": "a bundle of its own",
}


def without_comments(text):
    """Return CSS or JavaScript without its comments, so that explaining code costs nothing."""
    return re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", text, flags=re.DOTALL)


def found(text, words):
    text = without_comments(text)
    return [f"{word} (Chromium {since})" for word, since in words.items() if word in text]


def nested(text):
    """Return selectors inside a rule: nesting (Chromium 112). Rules within @media and @supports are allowed."""
    depth: list[str] = []
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    for head in re.findall(r"[^{};]*[{}]", text):
        if head.endswith("}"):
            depth.pop()
            continue
        if depth and not depth[-1].startswith("@"):
            return head.strip()
        depth.append(head.strip())
    return ""


def loaded(html, folder, pattern):
    return [STATIC / folder / name for name in re.findall(pattern, html)]


def modules_of(paths):
    """Return these modules and all that they import."""
    todo, known = list(paths), []
    while todo:
        path = todo.pop()
        if path not in known:
            known.append(path)
            todo += [path.parent / name for name in re.findall(r'(?:from|import) "\./([\w.]+)"', path.read_text())]
    return known


@pytest.fixture
def pages(house):
    """Return {address: (html, style sheets, modules)} of the kitchen's pages with twelve tickets of three lines."""
    group = {"item": house.item.pk, "quantity": 2, "note": "no salt"}
    for _ in range(12):
        house.place("waiter", table=house.add_table().pk, lines=[group] * 3)
    cook = house.browser("kitchen")
    answers = {}
    for path in ("/kitchen/", "/kitchen/expo/"):
        html = cook.get(path).content.decode()
        styles = loaded(html, "css", r"static/css/([\w./-]+\.css)")
        answers[path] = (html, styles, modules_of(loaded(html, "js", r"static/js/([\w.]+\.js)")))
    return answers


def test_nothing_later_than_2021(pages):
    for html, styles, modules in pages.values():
        assert len(styles) >= 8
        assert len(modules) >= 10
        for path in styles:
            text = path.read_text()
            assert not found(text, LATER_CSS), path
            assert not nested(text), path
            assert text.count("dvh") == len(re.findall(r"(\S+): 100vh;\s+\1: 100dvh", text)), path
        for path in modules:
            assert not found(path.read_text(), LATER_JS), path
        assert " popover" not in html


def test_a_page_with_twelve_tickets_is_small(pages):
    for path, (html, styles, modules) in pages.items():
        sizes = {file.name: len(without_comments(file.read_text()).encode()) for file in (*styles, *modules)}
        sizes["html"] = len(html.encode())
        assert sum(sizes.values()) < OURS_AT_MOST, (path, sum(sizes.values()), sizes)


@pytest.mark.parametrize(
    ("text", "words"), [(".a:has(.b) {}", LATER_CSS), ("@layer a {}", LATER_CSS), ("x.at(-1)", LATER_JS)]
)
def test_the_look_finds_what_is_later(text, words):
    """Control."""
    assert found(text, words)


def test_the_look_finds_nesting():
    """Control."""
    assert nested("@media (x) { .a { .b { color: red; } } }") == ".b {"
    assert not nested("@media (x) { .a { color: red; } .b { color: red; } }")
