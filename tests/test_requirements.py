"""The lock files hold everything that is asked for, within its bounds; `make lock` writes them."""

from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.database_agnostic

ROOT = Path(__file__).resolve().parent.parent


def requirements(name: str) -> list[Requirement]:
    lines = [line.split(" #")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-r"))]


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_holds_what_is_asked_for(name):
    locked = {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in requirements(f"{name}.lock")
    }
    wrong = [
        f"{wanted} (locked: {locked.get(canonicalize_name(wanted.name), 'nothing')})"
        for wanted in requirements(f"{name}.txt")
        if not wanted.specifier.contains(locked.get(canonicalize_name(wanted.name), "0"))
    ]
    assert wrong == [], "run make lock"


def test_development_has_the_very_same_runtime():
    runtime = {str(pin) for pin in requirements("requirements.lock")}
    assert runtime <= {str(pin) for pin in requirements("requirements-dev.lock")}


def test_bounds_are_closed_on_both_sides():
    loose = [
        str(one) for one in requirements("requirements.txt") if not {">=", "<"} <= {s.operator for s in one.specifier}
    ]
    assert loose == []
