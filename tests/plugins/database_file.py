"""A refusal to open the file of the test database past SQLite.

POSIX drops all locks of a process on a file as soon as the process closes any handle of it. After such a reading
another process may delete the write-ahead log that our connections still use: later tests fail with "disk I/O error".
(https://www.sqlite.org/howtocorrupt.html, section 2.2)
"""

import os
import sys
from typing import Any

from django.conf import settings

REFUSAL = "This is the test database: copy it with SQLite (bistro.backup.sqlite.copy_database), or read an archive."


def refuse(event: str, given: tuple[Any, ...]) -> None:
    """Raise RuntimeError if Python itself opens the database in use."""
    if event != "open" or not settings.SQLITE:
        return
    path = given[0]
    if isinstance(path, str | os.PathLike) and os.fspath(path) == str(settings.DATABASES["default"]["NAME"]):
        raise RuntimeError(REFUSAL)


def pytest_configure() -> None:
    """Watch every file that this process opens."""
    sys.addaudithook(refuse)
