"""`manage.py seed_demo`: the demo restaurant, once. Prints its credentials and keeps them in `$VAR/demo.json`."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from bistro.core.kernel.ids import uuid7
from bistro.core.models import Restaurant
from bistro.demo.credentials import write_private
from bistro.demo.seed import holds_only, seed


class Command(BaseCommand):
    """Create the demo restaurant with random passwords and tokens. Does nothing when there is a restaurant already.

    A restaurant that was begun and not finished (the machine stopped in the middle) is thrown away and made anew:
    nobody knows its passwords. A mark in VAR names it; a database that holds anything else is left alone.
    """

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Mark, make, tell, unmark."""
        target, mark = settings.VAR / "demo.json", settings.VAR / "demo.unfinished"
        if mark.exists() and not target.exists() and holds_only(mark.read_text().strip()):
            call_command("flush", interactive=False, verbosity=0)
        mark.unlink(missing_ok=True)
        if Restaurant.objects.exists():
            if not target.exists():
                # Not an error: whoever has noted the passwords may delete the file, and the server must still start.
                self.stderr.write(f"There is a restaurant already, but no {target}. “make fresh” starts over.")
            return
        uid = uuid7()
        mark.write_text(f"{uid}\n")
        credentials = seed(settings.PUBLIC_URL, uid)
        write_private(target, credentials)
        mark.unlink()
        self.stdout.write(f"The demo restaurant is ready. Its passwords and tokens are in {target} (mode 600):")
        for role, login in credentials["staff"].items():
            self.stdout.write(f"  {role:8} {login['email']:32} {login['password']}")
