"""Requirements: each is used, the lock files are within their bounds, and the simulator has its own."""

import re
import subprocess
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bistro.demo.management.commands.simulate import PACKAGES
from tests.architecture import imported_names, is_test

pytestmark = pytest.mark.database_agnostic

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("bistro", "menu", "tables", "orders", "kitchen")
# Requirements without an import and without a name in the settings or deploy/serve → the user.
USED_BY_OTHERS = {
    "httptools": "uvicorn's HTTP",
    "uvloop": "uvicorn's event loop",
}
# Packages that the product imports and that another requirement installs.
COMES_WITH = {"structlog": "django-structlog", "prometheus-client": "django-prometheus", "psycopg-pool": "psycopg"}


def requirements(name: str) -> list[Requirement]:
    lines = [line.split(" #")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-r"))]


def names(name: str) -> set[str]:
    return {canonicalize_name(one.name) for one in requirements(name)}


@cache
def imported_by(*folders: str) -> frozenset[str]:
    """Return the installed packages that the code in some folders imports, tests left out."""
    modules = {
        name.partition(".")[0]
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if not is_test(str(path.relative_to(ROOT)))
        for _line, name in imported_names(path.read_text(), str(path.relative_to(ROOT)))
    }
    owners = packages_distributions()
    return frozenset(canonicalize_name(owner) for module in modules for owner in owners.get(module, ()))


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_holds_what_is_asked_for(name):
    locked = {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in requirements(f"{name}.lock")
    }
    asked = requirements(f"{name}.txt") + (requirements("requirements-simulator.txt") if name.endswith("dev") else [])
    wrong = [
        f"{wanted} (locked: {locked.get(canonicalize_name(wanted.name), 'nothing')})"
        for wanted in asked
        if not wanted.specifier.contains(locked.get(canonicalize_name(wanted.name), "0"))
    ]
    assert wrong == [], "run make lock"


def test_development_has_the_very_same_runtime():
    runtime = {str(pin) for pin in requirements("requirements.lock")}
    assert runtime <= {str(pin) for pin in requirements("requirements-dev.lock")}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-simulator.txt"])
def test_bounds_are_closed_on_both_sides(name):
    loose = [str(one) for one in requirements(name) if not {">=", "<"} <= {s.operator for s in one.specifier}]
    assert loose == []


def test_the_lock_files_name_no_address():
    addresses = [line for path in ROOT.glob("*.lock") for line in path.read_text().splitlines() if "://" in line]
    assert addresses == []


def test_each_runtime_requirement_has_a_user():
    text = "".join((ROOT / name).read_text().lower() for name in ("bistro/settings.py", "deploy/serve"))
    modules = {}
    for module, owners in packages_distributions().items():
        for owner in owners:
            modules.setdefault(canonicalize_name(owner), set()).add(module)
    named = {
        name
        for name in names("requirements.txt")
        if any(re.search(rf"(?<![a-z]){re.escape(module.lower())}", text) for module in modules.get(name, ()))
    }
    assert names("requirements.txt") - imported_by(*PRODUCT) - named == set(USED_BY_OTHERS)


def test_the_product_imports_only_what_it_asks_for():
    asked = names("requirements.txt") | {own for own, other in COMES_WITH.items() if other in names("requirements.txt")}
    assert imported_by(*PRODUCT) - asked == set()


def test_the_simulator_asks_for_what_only_it_uses():
    assert names("requirements-simulator.txt") == set(PACKAGES)
    assert names("requirements-simulator.txt") <= imported_by("tools/simulator")
    assert names("requirements-simulator.txt") & (names("requirements.lock") | imported_by(*PRODUCT)) == set()


@pytest.mark.parametrize("missing", PACKAGES)
def test_without_its_packages_the_simulator_says_what_to_install(missing):
    module = missing.replace("-", "_")
    hidden = f"import sys; sys.modules[{module!r}] = None; sys.argv[0] = 'manage.py'; import manage; manage.main()"
    done = subprocess.run(
        [sys.executable, "-c", hidden, "simulate", *(["--evening"] if missing == "time-machine" else ["--count", "1"])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    told = f"The simulator needs the package {missing}."
    assert (done.returncode, done.stdout) == (1, "")
    assert told in done.stderr
    assert done.stderr.strip().endswith("-m pip install --requirement requirements-simulator.txt")
