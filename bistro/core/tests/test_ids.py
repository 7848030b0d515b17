"""Identifiers that other systems hold."""

import time
import uuid

from bistro.core.kernel.ids import uuid7


def test_uids_are_version_7_and_in_the_order_of_time():
    first = uuid7()
    time.sleep(0.002)
    second = uuid7()
    assert (first.version, first.variant) == (7, uuid.RFC_4122)
    assert first < second
    assert abs((first.int >> 80) / 1000 - time.time()) < 60
    assert len({uuid7() for _ in range(1000)}) == 1000
