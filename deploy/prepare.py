"""The preparation of VAR: the database, the static files and, on the first start, the demo restaurant.

One process does all steps, because loading Django takes longer than most of the work.
"""

import hashlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bistro.settings")

import django  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import CommandError, call_command  # noqa: E402
from whitenoise.compress import main as compress  # noqa: E402


def state_of_sources() -> str:
    """Return a text that changes with every change to our static files or to the installed packages."""
    files = sorted(path for path in (ROOT / "static").rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in [ROOT / "requirements.lock", *files]:
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def collect_static() -> None:
    """Collect and compress static files if they have changed.

    Only gzip is used, because brotli takes ten times as long.
    """
    stamp, state = settings.VAR / "static.stamp", state_of_sources()
    if stamp.exists() and stamp.read_text() == state and settings.STATIC_ROOT.is_dir():
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    compress(["--quiet", "--no-brotli", str(settings.STATIC_ROOT)])
    stamp.write_text(state)


def main() -> None:
    """Run all steps; each keeps what exists, so that the next start completes an interrupted one."""
    django.setup()
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except CommandError as refusal:
        sys.exit(str(refusal))
    collect_static()
    if not (settings.VAR / "demo.json").exists():
        call_command("seed_demo")


if __name__ == "__main__":
    main()
