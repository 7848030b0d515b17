"""Values that are derived from one version of a menu, kept in memory until another version is in force."""

import threading
from collections.abc import Callable, Hashable
from typing import ClassVar, Generic, TypeVar

T = TypeVar("T")


class PerMenuVersion(Generic[T]):
    """The memory of one kind of value: at most one for each restaurant, with the version that it belongs to.

    Safe for threads. Two threads that miss at once both read; the last value stays.
    """

    _all: ClassVar[list["PerMenuVersion[object]"]] = []

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._kept: dict[int, tuple[Hashable, T]] = {}
        PerMenuVersion._all.append(self)  # type: ignore[arg-type]  # it is only emptied there

    def get(self, restaurant_id: int, version: Hashable, read: Callable[[T | None], T]) -> T:
        """Return the value kept for this version; else `read(the last value, or None)`, which is kept."""
        with self._guard:
            kept_version, value = self._kept.get(restaurant_id, (None, None))
        if value is not None and kept_version == version:
            return value
        value = read(value)
        with self._guard:
            self._kept[restaurant_id] = version, value
        return value

    def forget(self) -> None:
        """Empty this memory."""
        with self._guard:
            self._kept.clear()

    @classmethod
    def forget_all(cls) -> None:
        """Empty every memory (tests that roll the database back)."""
        for memory in cls._all:
            memory.forget()
