"""The command `manage.py remove_second_factor`, for an owner who lost the phone and the recovery codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bistro.core.services.second_factors import remove_as_operator


class Command(BaseCommand):
    """A way back in for the operator of the installation."""

    help = "Remove the second factor of a login, so that the password alone opens it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove it, or say that there is none."""
        if not remove_as_operator(email=options["email"]):
            raise CommandError("No login with this address has a second factor.")
        self.stdout.write("Removed. Switch it on again under Me, with another phone.")
