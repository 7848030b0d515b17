"""The preparation of VAR: the database, the static files and, on the first start, a demo or an empty restaurant.

One process does all steps, because loading Django takes longer than most of the work.
"""

import hashlib
import os
import select
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bistro.settings")

import django  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import CommandError, call_command  # noqa: E402
from whitenoise.compress import main as compress  # noqa: E402

ANSWER_SECONDS = 20
QUESTION = f"""There is no restaurant yet. Which one do you want?
  1  the demo restaurant, with menu, tables and logins
  2  an empty restaurant of your own
1 or 2 (1 after {ANSWER_SECONDS} seconds): """


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


def wants_empty_house() -> bool:
    """Return whether the first start opens an empty restaurant: EMPTY=1, or the answer of a person at a terminal."""
    if said := os.environ.get("EMPTY", ""):
        return said != "0"
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    sys.stdout.write(QUESTION)
    sys.stdout.flush()
    answered, _write, _errors = select.select([sys.stdin], [], [], ANSWER_SECONDS)
    answer = sys.stdin.readline().strip() if answered else ""
    sys.stdout.write("" if answered else "1\n")
    return answer == "2"


def open_first_restaurant() -> None:
    """Open the demo or an empty restaurant on the first start, and complete an interrupted one."""
    from bistro.core.models import Restaurant  # models need a loaded Django

    if (settings.VAR / "demo.json").exists():
        return
    begun = (settings.VAR / "demo.unfinished").exists() or Restaurant.objects.exists()
    if (settings.VAR / "owner.json").exists() or (not begun and wants_empty_house()):
        call_command("open_empty_house")
    else:
        call_command("seed_demo")


def main() -> None:
    """Run all steps; each keeps what exists, so that the next start completes an interrupted one."""
    django.setup()
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except CommandError as refusal:
        sys.exit(str(refusal))
    collect_static()
    open_first_restaurant()


if __name__ == "__main__":
    main()
