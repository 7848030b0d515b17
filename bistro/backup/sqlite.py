"""A SQLite database in an archive: a copy of one moment, whole or as the parts that changed since a full archive."""

import hashlib
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bistro.backup.archives import Archive, ArchiveWriter, BackupError, file_pieces
from bistro.core.database.integrity import QUICK, WHOLE, malformation

FULL = "database.sqlite3"
CHANGES = "database.changes"  # records: number of the part, length, content
PARTS = "database.parts"  # the digest of each part of a full database
PART = 32 * 1024
DIGEST = 16
PAGES_A_STEP = 1024
RECORD = 8


def copy_database(source: Path, target: Path, megabytes_a_second: float) -> None:
    """Copy the database of one moment while servers write to it. A rate of 0 is no limit.

    The open transaction keeps the moment; without it each write would start the copy again.
    """
    with (
        closing(sqlite3.connect(source, timeout=20, isolation_level=None)) as live,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
        target.open("rb") as written,
    ):
        copy.execute("PRAGMA synchronous = OFF")
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()
        pause = _Throttle(live.execute("PRAGMA page_size").fetchone()[0], megabytes_a_second, written.fileno())
        live.backup(copy, pages=PAGES_A_STEP, progress=pause)
        live.execute("ROLLBACK")
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it


class _Throttle:
    """A brake after each step of a copy, so that orders find the disk free."""

    def __init__(self, page: int, megabytes_a_second: float, handle: int) -> None:
        self.seconds = PAGES_A_STEP * page / (megabytes_a_second * 1e6) if megabytes_a_second else 0.0
        self.handle, self.last = handle, time.monotonic()

    def __call__(self, status: int, remaining: int, total: int) -> None:
        """Write what is buffered, then sleep for the rest of the step's time."""
        if not self.seconds or not remaining:
            return
        os.fdatasync(self.handle)
        time.sleep(max(0.0, self.last + self.seconds - time.monotonic()))
        self.last = time.monotonic()


def refuse_malformed_copy(copy: Path) -> None:
    """Raise BackupError for a malformed database, which must not displace good archives."""
    wrong = malformation(copy, QUICK)
    if wrong:
        raise BackupError(f"The database is malformed ({wrong}); restore the newest archive. No backup was made.")


def write_database(writer: ArchiveWriter, copy: Path, base: Archive | None) -> str:
    """Write the copy to the archive, or only its parts that differ from those of the base. Return its checksum."""
    if base is None:
        digests: list[bytes] = []
        writer.add(FULL, _noting(copy, digests))
        writer.add(PARTS, [b"".join(digests)], compress=False)
        return str(writer.files[FULL]["sha256"])
    whole = hashlib.sha256()
    writer.add(CHANGES, _changes(copy, b"".join(base.pieces(PARTS)), whole))
    return whole.hexdigest()


def read_database(archive: Archive, target: Path) -> None:
    """Write the database of an archive to a file."""
    if archive.base is None:
        archive.extract(FULL, target)
        return
    with Archive(archive.base) as base:
        base.extract(FULL, target)
    with target.open("r+b") as file:
        for number, content in _records(archive):
            file.seek(number * PART)
            file.write(content)
        file.truncate(archive.manifest["database_size"])


def refuse_malformed(path: Path) -> None:
    """Raise BackupError unless every page, row and index of the file is sound."""
    wrong = malformation(path, WHOLE)
    if wrong:
        raise BackupError(f"The database in the archive is malformed: {wrong}")


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(PART):
            yield part


def _digest(part: bytes) -> bytes:
    return hashlib.blake2b(part, digest_size=DIGEST).digest()


def _noting(path: Path, digests: list[bytes]) -> Iterator[bytes]:
    for piece in file_pieces(path):
        digests += [_digest(piece[start : start + PART]) for start in range(0, len(piece), PART)]
        yield piece


def _changes(path: Path, before: bytes, whole: "hashlib._Hash") -> Iterator[bytes]:
    for number, part in enumerate(_parts(path)):
        whole.update(part)
        if _digest(part) != before[number * DIGEST : (number + 1) * DIGEST]:
            yield number.to_bytes(RECORD, "big") + len(part).to_bytes(RECORD, "big") + part


def _records(archive: Archive) -> Iterator[tuple[int, bytes]]:
    buffer = bytearray()
    for piece in archive.pieces(CHANGES):
        buffer += piece
        start = 0
        while len(buffer) - start >= 2 * RECORD:
            number = int.from_bytes(buffer[start : start + RECORD], "big")
            length = int.from_bytes(buffer[start + RECORD : start + 2 * RECORD], "big")
            end = start + 2 * RECORD + length
            if len(buffer) < end:
                break
            yield number, bytes(buffer[start + 2 * RECORD : end])
            start = end
        del buffer[:start]
    if buffer:
        raise BackupError(f"{CHANGES} in {archive.path.name} ends too early.")
