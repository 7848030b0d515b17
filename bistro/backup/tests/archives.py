"""Archives for tests: made of the test database, read, and spoiled."""

import json
import zipfile
from pathlib import Path
from typing import Any

from bistro.backup.archives import MANIFEST
from bistro.backup.making import Made, make_backup


def make(folder: Path, **more: Any) -> Made:
    return make_backup(folder=folder, keep=more.pop("keep", None), **more)


def manifest_of(archive: Path) -> dict[str, Any]:
    with zipfile.ZipFile(archive) as opened:
        return json.loads(opened.read(MANIFEST))


def rewrite(archive: Path, change) -> None:
    """Rewrite the archive with `change(manifest)` applied, as somebody would who forges it."""
    with zipfile.ZipFile(archive) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    manifest = json.loads(members[MANIFEST])
    change(manifest)
    members[MANIFEST] = json.dumps(manifest).encode()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in members.items():
            written.writestr(name, content)


def flip_a_byte(archive: Path) -> None:
    """Change one byte in the middle of the archive, as a bad disk does."""
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 0xFF
    archive.write_bytes(content)
