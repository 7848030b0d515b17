"""The command `manage.py seed_demo`: creates the demo restaurant and writes its credentials to `$VAR/demo.json`."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from bistro.core.database.append_only import lift, protect
from bistro.core.kernel.ids import uuid7
from bistro.core.kernel.private_files import write_private
from bistro.core.models import Restaurant
from bistro.demo.seed import holds_only, seed


class Command(BaseCommand):
    """The creation of the demo restaurant with random passwords and tokens, unless there is a restaurant already.

    A restaurant whose creation was interrupted is deleted and created again, because its passwords are unknown. A mark
    in VAR names it; a database with other data is left alone.
    """

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Mark the creation as begun, create the restaurant, print the credentials and remove the mark."""
        target, mark = settings.VAR / "demo.json", settings.VAR / "demo.unfinished"
        if mark.exists() and not target.exists() and holds_only(mark.read_text().strip()):
            lift(connection)  # the next start protects the event log again if this one is interrupted too
            call_command("flush", interactive=False, verbosity=0)
            protect(connection)
        mark.unlink(missing_ok=True)
        if Restaurant.objects.exists():
            if not target.exists():
                # Not an error: the file may be deleted once the passwords are noted, and the server must still start.
                self.stderr.write(f"There is a restaurant already, but no {target}. “make fresh” starts over.")
            return
        uid = uuid7()
        mark.write_text(f"{uid}\n")
        credentials = seed(settings.PUBLIC_URL, uid)
        write_private(target, credentials)
        mark.unlink()
        self.stdout.write(f"The demo restaurant is ready. Its passwords, PINs and tokens are in {target} (mode 600):")
        for role, login in credentials["staff"].items():
            self.stdout.write(f"  {role:8} {login['email']:32} {login['password']}  PIN {login['pin']}")
