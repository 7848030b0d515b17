"""Archives: ZIP files with a manifest, a database and media, and the secret key in a file beside them."""

import contextlib
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Self

from bistro.core.kernel.secrets import digest
from bistro.core.ops.backups import archives_in

FORMAT = 1
MANIFEST = "manifest.json"
PIECE = 1024 * 1024
UPGRADES_KEPT = 3  # archives made before a migration, which the schedule does not displace
UPGRADE = "-before-upgrade"
KEY = ".key"


class BackupError(Exception):
    """A sentence for the owner: why an archive cannot be made or restored."""


class ArchiveWriter:
    """A new archive. It has its final name only when it is complete and on disk."""

    def __init__(self, path: Path) -> None:
        self.path, self.part = path, path.with_name(f".{path.name}.part")
        self.files: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        handle = os.open(self.part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file: IO[bytes] = os.fdopen(handle, "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is not None:
            with contextlib.suppress(OSError, ValueError):  # a full disk, a member that is still open
                self._zip.close()
            self.part.unlink(missing_ok=True)
        self._zip.fp = None
        self._file.close()

    def add(self, name: str, pieces: Iterable[bytes], *, compress: bool = True) -> None:
        """Write one member and note its size and checksum for the manifest."""
        size, checksum = 0, hashlib.sha256()
        member = zipfile.ZipInfo(name)
        member.external_attr = 0o600 << 16
        member.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
        with self._zip.open(member, "w", force_zip64=True) as target:
            for piece in pieces:
                target.write(piece)
                checksum.update(piece)
                size += len(piece)
        self.files[name] = {"size": size, "sha256": checksum.hexdigest()}

    def finish(self, manifest: dict[str, Any]) -> Path:
        """Write the manifest, wait for the disk, and give the archive its name."""
        self._zip.writestr(MANIFEST, json.dumps({**manifest, "files": self.files}, indent=1, sort_keys=True))
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        os.replace(self.part, self.path)
        sync_folder(self.path.parent)
        return self.path


class Archive:
    """A finished archive that is read. An increment also reads the full archive that it is based on."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        try:
            self._zip = zipfile.ZipFile(self.path)
            self.manifest: dict[str, Any] = json.loads(self._zip.read(MANIFEST))
        except FileNotFoundError:
            raise BackupError(f"There is no archive {self.path}.") from None
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise BackupError(f"{self.path} is not a complete archive of Bistro: {error}") from None
        if self.manifest.get("format") != FORMAT:
            raise BackupError(f"{self.path} was written by another release of Bistro, which can restore it.")
        return self

    def __exit__(self, *error: object) -> None:
        self._zip.close()

    @property
    def base(self) -> Path | None:
        """Return the full archive that an increment needs, which lies in the same folder."""
        name = self.manifest.get("base")
        return self.path.with_name(name) if name else None

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield a member's content, and raise BackupError at its end if it is not what was written."""
        expected, size, checksum = self.manifest["files"].get(name), 0, hashlib.sha256()
        if expected is None:
            raise BackupError(f"{self.path.name} has no {name}.")
        try:
            with self._zip.open(name) as source:
                while piece := source.read(PIECE):
                    size += len(piece)
                    checksum.update(piece)
                    yield piece
        except (OSError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise BackupError(f"{name} in {self.path.name} is damaged: {error}") from None
        if {"size": size, "sha256": checksum.hexdigest()} != expected:
            raise BackupError(f"{name} in {self.path.name} does not match its checksum.")

    def extract(self, name: str, target: Path) -> None:
        """Write a member to a file."""
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            for piece in self.pieces(name):
                file.write(piece)


def file_pieces(path: Path) -> Iterator[bytes]:
    """Yield the content of a file."""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def checksum_of(path: Path) -> str:
    """Return the SHA-256 of a file as hex."""
    checksum = hashlib.sha256()
    for piece in file_pieces(path):
        checksum.update(piece)
    return checksum.hexdigest()


def key_file(archive: Path) -> Path:
    """Return the file beside an archive that holds the installation's secret key."""
    return archive.with_name(archive.name + KEY)


def write_key(archive: Path, key: str) -> Path:
    """Write the secret key beside an archive, for the owner alone to read."""
    path = key_file(archive)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(key + "\n")
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o600)
    return path


def fingerprint(key: str) -> str:
    """Return a text that tells whether two secret keys are the same, and tells nothing else."""
    return digest(f"bistro backup {key}")[:16]


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def prune(folder: Path, keep: int) -> list[str]:
    """Delete all but the newest `keep` archives and return the names of those that went.

    The base of a kept increment stays, and so do the newest archives made before an upgrade.
    """
    everything = archives_in(folder)
    upgrades = [path for path in everything if path.name.endswith(UPGRADE)]
    ordinary = [path for path in everything if path not in upgrades]
    kept = {*ordinary[:keep], *upgrades[: max(UPGRADES_KEPT, 1)]}
    kept |= {base for path in list(kept) if (base := _base_of(path)) is not None}
    gone = [path for path in everything if path not in kept]
    for path in gone:
        path.unlink(missing_ok=True)
        key_file(path).unlink(missing_ok=True)
    return [path.name for path in gone]


def _base_of(path: Path) -> Path | None:
    with contextlib.suppress(BackupError), Archive(path) as archive:
        return archive.base
    return None
