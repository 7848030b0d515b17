"""Values kept in memory for each restaurant's menu version."""

from menu.per_version import PerMenuVersion


class Reader:
    """A read function that records the former values it is given."""

    def __init__(self):
        self.given = []

    def __call__(self, before):
        self.given.append(before)
        return f"value {len(self.given)}"


def test_a_version_is_read_once_and_the_next_one_hears_of_the_last():
    memory, read = PerMenuVersion(), Reader()
    assert [memory.get(1, 7, read) for _ in range(3)] == ["value 1"] * 3
    assert memory.get(1, 8, read) == "value 2"
    assert memory.get(1, 7, read) == "value 3", "only the newest version is kept"
    assert read.given == [None, "value 1", "value 2"]


def test_restaurants_do_not_share():
    memory, read = PerMenuVersion(), Reader()
    assert (memory.get(1, 7, read), memory.get(2, 7, read), memory.get(1, 7, read)) == ("value 1", "value 2", "value 1")


def test_an_empty_value_is_kept_too():
    memory, reads = PerMenuVersion(), []
    for _ in range(2):
        assert memory.get(1, 7, lambda before: reads.append(before) or ()) == ()
    assert reads == [None]


def test_every_memory_is_emptied_at_once():
    first, second, read = PerMenuVersion(), PerMenuVersion(), Reader()
    first.get(1, 7, read)
    second.get(1, 7, read)
    PerMenuVersion.forget_all()
    assert (first.get(1, 7, read), second.get(1, 7, read)) == ("value 3", "value 4")
