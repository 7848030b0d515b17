"""The command `manage.py verify_log`, which shows whether somebody has edited the audit trail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bistro.core.ops.log_verification import Verified, restaurants_with_logs, unprotected_tables, verify_log


class Command(BaseCommand):
    """A comparison of the event log with its hash chain, with one line for each break."""

    help = "Find altered, deleted or swapped events. The exit status is 0 only if all is right."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--restaurant", type=int, help="Verify this restaurant (its number) only.")
        parser.add_argument(
            "--expect",
            action="append",
            default=[],
            metavar="RESTAURANT:EVENT:HASH",
            help="A line of an earlier run: that seal must still be there. Repeatable.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify each restaurant's log; print its state and its breaks."""
        wanted = options["restaurant"]
        restaurants = restaurants_with_logs()
        if wanted is not None:
            if wanted not in restaurants:
                raise CommandError(f"There is no restaurant {wanted}.")
            restaurants = [wanted]
        expected = [_kept_head(text) for text in options["expect"]]
        breaks = unprotected_tables()
        for sentence in breaks:
            self.stdout.write(sentence)
        found = len(breaks)
        for restaurant_id in restaurants:
            seals = {seq: chain for restaurant, seq, chain in expected if restaurant == restaurant_id}
            state = verify_log(restaurant_id, seals)
            self._tell(state)
            found += len(state.breaks)
        if found:
            raise CommandError(f"{found} break{'' if found == 1 else 's'} in the audit trail.")

    def _tell(self, state: Verified) -> None:
        for sentence in state.breaks:
            self.stdout.write(f"restaurant {state.restaurant_id}: {sentence}")
        kept = f"{state.restaurant_id}:{state.sealed}:{state.chain}" if state.sealed else "nothing"
        self.stdout.write(f"restaurant {state.restaurant_id}: sealed {kept}, not sealed yet: {state.unsealed} events")


def _kept_head(text: str) -> tuple[int, int, str]:
    """Return restaurant, event and hash of a line that an earlier run printed. Raises CommandError."""
    try:
        restaurant, seq, chain = text.split(":")
        return int(restaurant), int(seq), chain
    except ValueError:
        raise CommandError(f"“{text}” is not RESTAURANT:EVENT:HASH, as an earlier run printed it.") from None
