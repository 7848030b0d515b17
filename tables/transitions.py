"""Statuses of a party with the changes that are allowed, and the reasons of service calls."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy


class PartyStatus(models.TextChoices):
    """The status of a party."""

    WAITING = "waiting", gettext_lazy("Waiting")
    SEATED = "seated", gettext_lazy("Seated")
    COMPLETED = "completed", gettext_lazy("Completed")
    LEFT = "left", gettext_lazy("Left")
    NO_SHOW = "no_show", gettext_lazy("No show")


PARTY_MOVES: dict[str, frozenset[str]] = {
    PartyStatus.WAITING: frozenset({PartyStatus.SEATED, PartyStatus.LEFT, PartyStatus.NO_SHOW}),
    PartyStatus.SEATED: frozenset({PartyStatus.COMPLETED}),
    PartyStatus.COMPLETED: frozenset(),
    PartyStatus.LEFT: frozenset(),
    PartyStatus.NO_SHOW: frozenset(),
}


RINGS_FOR = timedelta(hours=1)  # a call that nobody takes for longer stays on the floor, is quiet and is no alarm


class CallReason(models.TextChoices):
    """The reason of a service call."""

    WAITER = "waiter", gettext_lazy("Waiter wanted")
    BILL = "bill", gettext_lazy("Bill wanted")
    HELP = "help", gettext_lazy("Help needed")


class Escalation(models.IntegerChoices):
    """The people who were called for a call that nobody takes. An alarm stands on every page of the staff."""

    WAITER = 0, ""
    EVERYBODY = 1, gettext_lazy("Everybody")
    ALARM = 2, gettext_lazy("Alarm")
