import pytest

pytest.register_assert_rewrite(
    "tests.machine.house", "tests.machine.paper", "tests.machine.pausing", "tests.machine.service"
)  # its asserts tell what differs, as those of tests do
