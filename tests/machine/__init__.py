import pytest

pytest.register_assert_rewrite(
    "tests.machine.house", "tests.machine.paper", "tests.machine.pausing", "tests.machine.service"
)  # pytest rewrites its asserts to show differences
