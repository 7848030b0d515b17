"""The file `.env.example`: it names every variable that the product reads, and no other."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.database_agnostic

ROOT = Path(__file__).resolve().parent.parent


def named_in_example() -> set[str]:
    text = (ROOT / ".env.example").read_text()
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", text, re.M))


def read_by_settings() -> set[str]:
    text = "".join(
        (ROOT / "bistro" / name).read_text()
        for name in ("settings.py", "mail_settings.py", "money_settings.py", "guest_settings.py")
    )
    return set(re.findall(r"\benv(?:\.\w+)?\(\s*\"([A-Z][A-Z0-9_]+)\"", text))


def read_by_scripts() -> set[str]:
    text = "".join((ROOT / "deploy" / name).read_text() for name in ("run", "serve", "setup", "forget"))
    return set(re.findall(r"\$\{([A-Z][A-Z0-9_]+):-", text))


def test_the_example_is_complete_and_holds_nothing_else():
    read = read_by_settings() | read_by_scripts()
    assert len(read) > 15, "the settings are no longer read the way this test looks for"
    assert read - named_in_example() == set(), "not in .env.example"
    assert named_in_example() - read == set(), "in .env.example, but nothing reads it"
