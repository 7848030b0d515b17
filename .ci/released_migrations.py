"""A check that released migrations stay as they are: databases have run them, so an edit would reach no database.

`released_migrations.txt` has a line for each released migration: its SHA-256 and its path. A migration that is not
listed has not been released and may change. `--write` adds the unlisted ones, as a step of a release.
"""

import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ".ci/released_migrations.txt"
NO_APPS = ("harness", "node_modules", "var")  # folders without apps; so are those whose name begins with a dot


def digests(root: Path) -> dict[str, str]:
    """Return {path: SHA-256} of the migrations below a folder."""
    folders = [path for path in root.iterdir() if path.is_dir() and path.name not in NO_APPS]
    apps = [path for path in folders if not path.name.startswith(".")]
    files = sorted(file for app in apps for file in app.glob("**/migrations/[0-9]*.py"))
    return {file.relative_to(root).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def released(root: Path) -> dict[str, str]:
    """Return {path: SHA-256} of the released migrations. Raises FileNotFoundError without the list."""
    lines = (root / LIST).read_text().splitlines()
    return {path: digest for digest, path in (line.split(maxsplit=1) for line in lines if line.strip())}


def problems(root: Path) -> list[str]:
    """Return a sentence for each released migration that was changed or removed."""
    now, found = digests(root), []
    for path, digest in released(root).items():
        if path not in now:
            found.append(f"{path} was released and is gone. Put it back.")
        elif now[path] != digest:
            found.append(f"{path} was released and has changed. Put it back, and write a new migration.")
    return found


def write(root: Path) -> int:
    """Add the migrations that are not listed yet to the list, and return their number."""
    before = released(root)
    new = {path: digest for path, digest in digests(root).items() if path not in before}
    lines = [f"{digest}  {path}\n" for path, digest in sorted({**before, **new}.items())]
    (root / LIST).write_text("".join(lines))
    return len(new)


def main(root: Path, arguments: list[str]) -> int:
    """Check the released migrations, and with `--write` add new ones; return 1 if one of them has changed."""
    found = problems(root)
    for problem in found:
        print(problem)
    if not found and arguments == ["--write"]:
        print(f"{write(root)} migrations are released now.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(ROOT, sys.argv[1:]))
