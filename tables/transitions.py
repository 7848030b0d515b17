"""Statuses of a party, and the changes that are allowed."""

from django.db import models


class PartyStatus(models.TextChoices):
    """The status of a party."""

    WAITING = "waiting", "Waiting"
    SEATED = "seated", "Seated"
    COMPLETED = "completed", "Completed"
    LEFT = "left", "Left"
    NO_SHOW = "no_show", "No show"


PARTY_MOVES: dict[str, frozenset[str]] = {
    PartyStatus.WAITING: frozenset({PartyStatus.SEATED, PartyStatus.LEFT, PartyStatus.NO_SHOW}),
    PartyStatus.SEATED: frozenset({PartyStatus.COMPLETED}),
    PartyStatus.COMPLETED: frozenset(),
    PartyStatus.LEFT: frozenset(),
    PartyStatus.NO_SHOW: frozenset(),
}
