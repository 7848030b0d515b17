"""The command `manage.py open_empty_house`: opens a restaurant without data, whose owner sets it up at /setup/."""

import json
import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.private_files import write_private
from bistro.core.models import Restaurant
from bistro.opening.services import open_empty_house

NAME, EMAIL = "My restaurant", "owner@bistro.example"


class Command(BaseCommand):
    """The opening of an empty restaurant with one owner, unless there is a restaurant already.

    The login is written to `$VAR/owner.json` before the restaurant is created, so that a start that was interrupted is
    completed by the next one with the same password.
    """

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Write and print the owner's login, and create the restaurant."""
        if Restaurant.objects.exists():
            return
        path = settings.VAR / "owner.json"
        if not path.exists():
            login = {"email": EMAIL, "password": secrets.token_urlsafe(12)}
            write_private(path, {"url": settings.PUBLIC_URL, "staff": {"owner": login}})
        owner = json.loads(path.read_text())["staff"]["owner"]
        try:
            open_empty_house(name=NAME, **owner, actor=Actor.system(None, "open_empty_house"))
        except (DomainError, DatabaseError) as error:
            raise CommandError(f"The restaurant cannot be opened: {error}") from None
        self.stdout.write(f"The empty restaurant is ready. Its owner's one-time login is in {path} (mode 600):")
        self.stdout.write(f"  owner    {owner['email']:32} {owner['password']}")
        self.stdout.write(f"Sign in at {settings.PUBLIC_URL}/login/ and follow the steps at /setup/.")
