"""Documents: links lead to an existing place, cited tests exist, and pages are short."""

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.addresses import API
from tests.architecture import CORE_PACKAGES

pytestmark = pytest.mark.database_agnostic

ROOT = Path(__file__).parents[1]
LONGEST = 1500  # words of a page; a longer one is two pages
NOT_OURS = {Path(__file__), ROOT / "LICENSE"}
NO_LIMIT = {"CHANGELOG.md"}  # grows with every release

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_FOLDERS = "bistro|orders|kitchen|menu|tables|tests|static|templates|deploy|docs|benchmarks|harness|tools|\\.ci"
_CITED_PATH = re.compile(rf"`((?:{_FOLDERS})/[\w/.-]+)`")
_CODE = re.compile(r"`[^`]*`")
_CITED_TEST = re.compile(r"`([\w/.]+/test_\w+\.(?:py|js))(?:::(\w+))?`")
_PAPERS = "DECISIONS?|DESIGN|CONTRACT|STYLE|RELIABILITY|PERFORMANCE"
# Another paper's name with its section ("DESIGN section 4", "CONTRACT A", "STYLE.md"), or a promise by its number.
_ABSENT = re.compile(
    rf"\b(?:{_PAPERS})(?:\.md|\s+(?:section\s+)?(?:\d+|[A-G])\b|'s\b|\))"
    r"|\b(?:CONTRACT|DECISIONS)\b|\b(?:HOUSE|UX)\.md\b"
    r"|(?<![\w-])[RS]\d{1,2}\b(?!-)"
)
_DOCUMENT = re.compile(r"\bdocs/[\w/-]+\.md\b")
_TEXT = {".md", ".py", ".html", ".js", ".css", ".ini", ".toml", ".yaml", ".yml", ".txt", ".conf", ".service", ""}


@cache
def _tracked() -> tuple[Path, ...]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return tuple(ROOT / name for name in listed.stdout.split("\0") if name)


def _pages() -> list[Path]:
    return [path for path in _tracked() if path.suffix == ".md" and path.exists()]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub writes them."""
    headings = re.findall(r"^#+\s+(.*)$", _FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _links(page: Path) -> Iterator[str]:
    for target in _LINK.findall(_CODE.sub("", _FENCE.sub("", page.read_text()))):
        if not re.match(r"[a-z]+:", target):
            yield target


def broken_links(page: Path) -> list[str]:
    """Return relative links of a page whose file or heading does not exist."""
    broken = []
    for target in _links(page):
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in _anchors(there)):
            broken.append(target)
    return broken


def missing_tests(page: Path) -> list[str]:
    """Return tests that a page cites and that do not exist."""
    missing = []
    for file, function in _CITED_TEST.findall(page.read_text()):
        there = ROOT / file
        if not there.exists() or (function and f"def {function}(" not in there.read_text()):
            missing.append(f"{file}::{function}" if function else file)
    return missing


def missing_paths(page: Path) -> list[str]:
    """Return files and folders of the repository that a page names and that do not exist."""
    return [cited for cited in _CITED_PATH.findall(page.read_text()) if not (ROOT / cited).exists()]


def absent_papers(text: str) -> list[str]:
    """Return citations of papers that are not in the repository, and of promises by number."""
    return [match.group() for match in _ABSENT.finditer(text)]


def _texts() -> Iterator[tuple[str, str]]:
    """Return name and text of every tracked file of ours except this one, which has bad samples."""
    for path in _tracked():
        if path.suffix in _TEXT and path.is_file() and path not in NOT_OURS:
            yield _name(path), path.read_text()


@pytest.mark.parametrize("page", _pages(), ids=_name)
def test_a_page_is_short_and_its_links_and_tests_exist(page: Path) -> None:
    assert broken_links(page) == []
    assert missing_tests(page) == []
    assert _name(page) in NO_LIMIT or missing_paths(page) == []
    if _name(page) not in NO_LIMIT:
        assert len(page.read_text().split()) <= LONGEST


def test_the_samples_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Here it is\n[there](no.md) [head](#here-it-is) [no](#nowhere) [web](https://a.example/)\n"
        "`tests/test_none.py::test_x` `orders/none.py` `orders/models.py`\n"
    )
    assert broken_links(page) == ["no.md", "#nowhere"]
    assert missing_tests(page) == ["tests/test_none.py::test_x"]
    assert missing_paths(page) == ["orders/none.py"]
    assert absent_papers("(DECISIONS 12) DESIGN section 4, CONTRACT A's, (R8) keeps S12; see STYLE.md") == [
        "DECISIONS 12",
        "DESIGN section 4",
        "CONTRACT A",
        "R8",
        "S12",
        "STYLE.md",
    ]
    assert absent_papers("ADR 0012, a contract, S letters, CSS3, 3R2, the STYLE of code, --S1-x") == []


def test_every_cited_document_exists() -> None:
    missing = {
        f"{name}: {cited}"
        for name, text in _texts()
        for cited in _DOCUMENT.findall(text)
        if not (ROOT / cited).exists()
    }
    assert missing == set()


def test_every_cited_decision_exists() -> None:
    known = {path.name[:4] for path in _tracked() if path.parent == ROOT / "docs/adr"}
    missing = {
        f"{name}: {number}"
        for name, text in _texts()
        for number in re.findall(r"\b(?:ADR |adr/)(\d{4})\b", text)
        if number not in known
    }
    assert missing == set()


def test_nothing_cites_a_paper_that_is_not_here() -> None:
    cited = {name: found for name, text in _texts() if (found := absent_papers(text))}
    assert cited == {}


def test_the_page_of_settings_names_every_variable() -> None:
    example = (ROOT / ".env.example").read_text()
    variables = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE))
    named = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", (ROOT / "docs/configuration.md").read_text()))
    assert len(variables) > 15
    assert variables - named == set()


def test_the_contracts_name_every_call() -> None:
    pages = [path for path in _pages() if path.parent == ROOT / "docs/contracts"]
    text = " ".join(re.sub(r"\{[^}/]*\}", "{}", page.read_text()) for page in pages)
    calls = {"/" + re.sub(r"<[^>]*>", "{}", address) for address in API}
    assert len(calls) > 40
    assert {call for call in calls if not re.search(re.escape(call) + r"(?![\w/{])", text)} == set()


def test_architecture_names_every_package_of_core_in_order() -> None:
    named = re.findall(r"^\| `(\w+)` \|", (ROOT / "ARCHITECTURE.md").read_text(), re.MULTILINE)
    assert (*named, "management") == CORE_PACKAGES
