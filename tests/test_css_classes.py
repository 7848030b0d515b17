"""CSS classes: each class has a rule, each rule has a use, and a class has the name of its block."""

import re
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
STYLES = sorted((ROOT / "static" / "css").rglob("*.css"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
PAGES = [path for path in (ROOT / "templates").rglob("*.html") if not {"admin", "unfold"} & set(path.parts)]
FROM_LIBRARIES = {"htmx-request"}  # set by htmx during a request
OF_THE_ADMIN = {"select2-container", "select2-search__field"}  # set by the library of its lists
SET_BY_PYTHON = {"input"}  # kitchen/wall/forms.py
ELEMENT = re.compile(r"[a-z]+(-[a-z]+)*(__[a-z]+(-[a-z]+)*)?(--[a-z]+)?")


def in_rules(text: str) -> set[str]:
    """Return the classes in the selectors of a style sheet."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    selectors = re.findall(r"([^{};]+)\{", text)
    return {name for each in selectors for name in re.findall(r"\.([A-Za-z_][\w-]*)", each)}


def in_template(text: str) -> set[str]:
    """Return the classes of a template's elements, and of the body."""
    text = re.sub(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", text, flags=re.DOTALL)
    values = re.findall(r'(?<![\w-])class="((?:\{[%{].*?[%}]\}|[^"])*)"', text)
    values += re.findall(r"block body_class %\}([^{]*)\{", text)
    return set(re.sub(r"\{[%{].*?[%}]\}", " ", " ".join(values)).split())


def in_script(text: str) -> set[str]:
    """Return the classes that a script gives to elements."""
    given = re.findall(r'(?:\.className = |\bclass(?:Name)?: )"([^"]*)"|classList\.(?:add|toggle)\("([\w-]+)"', text)
    return {name for pair in given for value in pair for name in value.split()}


def of_python(text: str) -> set[str]:
    """Return the classes in tags that Python renders, and in the arguments `css=` of templates."""
    return {
        name
        for value in re.findall(r'<\w+ class="([\w -]+)(?:\{\})?"|css="([\w -]+)"', text)
        for name in " ".join(value).split()
    }


def together(paths: Iterable[Path], find) -> set[str]:
    return set().union(*(find(path.read_text()) for path in paths))


def used() -> set[str]:
    tags = (ROOT / "bistro" / "core" / "templatetags").glob("*.py")
    return (
        together(PAGES, in_template)
        | together(SCRIPTS, in_script)
        | together([*PAGES, *tags], of_python)
        | FROM_LIBRARIES
        | SET_BY_PYTHON
    )


def begun(names: set[str]) -> tuple[str, ...]:
    """Return the names that a template begins and a variable ends: `button--{{ kind }}`."""
    return tuple(name for name in names if name.endswith("--"))


def test_each_class_has_a_rule_and_each_rule_a_use():
    rules, names = together(STYLES, in_rules), used()
    assert sorted(name for name in names - rules if not name.endswith("--")) == [], "classes without a rule"
    assert sorted(name for name in rules - names if not name.startswith(begun(names))) == [], "rules without a use"


def test_every_custom_property_that_is_read_is_set():
    """A name that nobody sets would silently leave a part without its size or colour."""
    text = "".join(path.read_text() for path in (*STYLES, *SCRIPTS))
    known = set(re.findall(r"(--[a-z][\w-]*)\s*:", text)) | set(re.findall(r'setProperty\(\s*"(--[\w-]+)"', text))
    assert sorted(set(re.findall(r"var\((--[\w-]+)\)", text)) - known) == []


def test_scripts_look_for_classes_that_exist():
    """A selector of a script names a class that pages have."""
    wanted = {
        name
        for path in SCRIPTS
        for quoted in re.findall(
            r"""(?:querySelector(?:All)?|closest\??\.?|matches)\(\s*["'`]([^"'`]*)["'`]""", path.read_text()
        )
        for name in re.findall(r"\.([a-z][\w-]*)", quoted)
    }
    assert len(wanted) > 15
    assert sorted(wanted - used() - OF_THE_ADMIN) == []


def test_names_are_block_element_modifier():
    names = together(STYLES, in_rules)
    assert sorted(name for name in names if not ELEMENT.fullmatch(name)) == []


def test_an_element_or_modifier_belongs_to_a_block_that_is_used():
    """`ticket__head` needs a `ticket`; pages may hold an element of a block without the block itself."""
    blocks = {re.split(r"__|--", name)[0] for name in used()}
    alone = {"plain", "pairing", "start"}  # pages; their body carries no class
    assert sorted(block for block in blocks - alone if block not in used()) == []


def test_breakpoints_of_the_wall_stand_in_its_layout():
    """`960` and `560` decide between pages and one list; scripts read `--paged` from the same rule."""
    found = {path.name for path in (*STYLES, *SCRIPTS) if re.search(r"\b(960|959|560)px", path.read_text())}
    assert found == {"layout.css", "wall-layout.css"}
    for name in found:
        assert (ROOT / "static/css" / name).read_text().count("(min-width: 960px) and (min-height: 560px)") == 1


def test_what_the_rules_find():
    """Control."""
    assert in_rules("/* .a */ .b .c:not(.d)::after { margin: .5rem }") == {"b", "c", "d"}
    assert in_template('{# class="a" #}<p class="b {% if x == "y" %}c{% endif %} {{ d }}">') == {"b", "c"}
    assert in_script('x.className = "a b"; x.classList.toggle("c", true)') == {"a", "b", "c"}
    assert of_python("""'<span class="mark{}" data-x>' css="floor__settle" """) == {"mark", "floor__settle"}
    assert begun(in_template('<p class="b b--{{ kind }}">')) == ("b--",)
