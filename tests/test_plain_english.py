"""Plain English in docstrings and comments. The controls show that each rule finds bad samples."""

import subprocess
from pathlib import Path

import pytest

from tests import plain_english as rules

pytestmark = pytest.mark.database_agnostic

ROOT = Path(__file__).parents[1]


def sources():
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, check=True, text=True)
    for path in listed.stdout.splitlines():
        if "migrations" not in Path(path).parts and (ROOT / path).exists():
            yield path, (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", [rules.riddles, rules.tics])
def test_the_code_is_written_in_plain_english(rule):
    assert [found for path, source in sources() for found in rule(source, path)] == []


@pytest.mark.parametrize(
    "source",
    [
        '"""What stands before the values."""',
        'class Bell:\n    """Whoever rings it."""',
        'def go():\n    """Its turn to lead."""',
        'async def go():\n    """`so` many, in order."""',
    ],
)
def test_a_riddle_is_flagged(source):
    assert len(rules.riddles(source, "orders/models.py")) == 1


@pytest.mark.parametrize(
    "source",
    [
        '"""Orders and their lines."""',
        'def place():\n    """Place an order. What the guest wrote is kept."""',
        'class Order:\n    """The order of a party, as one row."""',
        "x = 'what'",
    ],
)
def test_a_plain_sentence_is_not_flagged(source):
    assert rules.riddles(source, "orders/models.py") == []


def test_a_word_of_the_former_dialect_is_flagged():
    source = 'def fire():\n    """Fire a course.\n\n    It happens by itself.\n    """\n    return 1  # For ever\n'
    assert rules.tics(source, "orders/steps.py") == [
        "orders/steps.py:2 “by itself”: write “automatically” or the like",
        "orders/steps.py:6 “for ever”: write “permanently” or the like",
    ]
    assert rules.tics("x = 'anew'  # again\n", "orders/steps.py") == []
