import pytest

pytest.register_assert_rewrite("tests.machine.service")  # its asserts tell what differs, as those of tests do
