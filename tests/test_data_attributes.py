"""The table of data-* attributes in docs/data-attributes.md, compared with templates, scripts and styles."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.database_agnostic

ROOT = Path(settings.BASE_DIR)
SCRIPTS = ROOT / "static" / "js"
ROW = re.compile(r"^\|`(data-[a-z-]+)`\|([^|]+)\|([^|]+)\|([^|]+)\|([^|]+)\|$", re.MULTILINE)
NAME = re.compile(r"\bdata-[a-z]+(?:-[a-z]+)*")
DATASET = re.compile(r"""\bdataset\??\.([a-zA-Z]+)|["']([a-zA-Z]+)["'] in [\w.]+\.dataset""")
COMMENT = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)


def names_in_script(text: str) -> set[str]:
    """Return the attributes that a script names, as `data-age` or as `dataset.age`."""
    text = COMMENT.sub("", text)
    keys = [one or other for one, other in DATASET.findall(text)]
    return set(NAME.findall(text)) | {"data-" + re.sub("[A-Z]", lambda key: "-" + key[0].lower(), key) for key in keys}


def used_by() -> dict[str, set[str]]:
    """Return the users of each attribute: "server" for templates and tags, "CSS", or the name of a script."""
    users: dict[str, set[str]] = {}
    for user, names in _names():
        for name in names:
            users.setdefault(name, set()).add(user)
    return users


def _names() -> Iterator[tuple[str, set[str]]]:
    for folder in ("templates", "bistro", "menu", "tables", "orders", "kitchen"):
        for page in (*(ROOT / folder).rglob("*.html"), *(ROOT / folder).glob("**/templatetags/*.py")):
            yield "server", set(NAME.findall(page.read_text()))
    for style in (ROOT / "static" / "css").rglob("*.css"):
        yield "CSS", set(NAME.findall(COMMENT.sub("", style.read_text())))
    for script in SCRIPTS.glob("*.js"):
        yield script.stem, names_in_script(script.read_text())


def documented() -> dict[str, set[str]]:
    """Return, for each attribute of the table, the users that its row names."""
    rows = ROW.findall((ROOT / "docs" / "data-attributes.md").read_text())
    return {name: set(re.findall(r"[\w-]+", f"{setters} {readers}")) for name, _on, setters, readers, _means in rows}


def test_every_attribute_stands_in_the_table():
    assert sorted(set(used_by()) - set(documented())) == []


def test_the_table_holds_no_attribute_that_is_gone():
    assert sorted(set(documented()) - set(used_by())) == []


def test_each_row_names_the_scripts_and_styles_that_use_the_attribute():
    known = {"server", "CSS"} | {script.stem for script in SCRIPTS.glob("*.js")}
    table, used = documented(), used_by()
    different = {name: (table[name] & known, used[name]) for name in table if table[name] & known != used.get(name)}
    assert different == {}, "attribute: (users in the table, users in the sources)"


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("ticket.dataset.agedFrom", {"data-aged-from"}),
        ("board?.dataset.late", {"data-late"}),
        ('if ("held" in ticket.dataset)', {"data-held"}),
        ('if ("liveAck" in this.root.dataset)', {"data-live-ack"}),
        ('querySelector("[data-all-day-rest]")', {"data-all-day-rest"}),
        ("// data-later\n/* data-live */", set()),
    ],
)
def test_names_are_found_in_scripts(script, names):
    """Control."""
    assert names_in_script(script) == names
