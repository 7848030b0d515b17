import pytest

pytest.register_assert_rewrite(
    "tests.money.books",
    "tests.money.house",
    "tests.money.evening",
    "tests.money.guests",
    "tests.money.closing",
    "tests.money.ledgers",
)  # pytest rewrites its asserts to show differences
