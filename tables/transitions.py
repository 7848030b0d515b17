"""Statuses of a party with the changes that are allowed, and the reasons of service calls."""

from django.db import models
from django.utils.translation import gettext_lazy


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


class CallReason(models.TextChoices):
    """The reason of a service call."""

    WAITER = "waiter", gettext_lazy("Waiter wanted")
    BILL = "bill", gettext_lazy("Bill wanted")
    HELP = "help", gettext_lazy("Help needed")
