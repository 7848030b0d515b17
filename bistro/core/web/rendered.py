"""The memory of rendered rows: the last used ones, up to a number of characters."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

MOST_CHARACTERS = 16_000_000


class Rendered:
    """Rendered texts by the content that they were made of. Safe for threads; two that miss at once both render."""

    def __init__(self, most: int = MOST_CHARACTERS) -> None:
        self._most, self._size = most, 0
        self._guard = threading.Lock()
        self._kept: OrderedDict[Hashable, str] = OrderedDict()

    def get(self, key: Hashable, render: Callable[[], str]) -> str:
        """Return the text of this key, or render it. The texts that were not used for longest make room."""
        with self._guard:
            if (text := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return text
        text = render()
        with self._guard:
            self._size += len(text) - len(self._kept.pop(key, ""))
            self._kept[key] = text
            while self._size > self._most and self._kept:
                self._size -= len(self._kept.popitem(last=False)[1])
        return text

    def forget(self) -> None:
        """Empty the memory."""
        with self._guard:
            self._kept.clear()
            self._size = 0
