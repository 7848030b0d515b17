"""Statuses of a booking with the changes that are allowed."""

from django.db import models
from django.utils.translation import gettext_lazy


class BookingStatus(models.TextChoices):
    """The status of a booking."""

    REQUESTED = "requested", gettext_lazy("Requested")
    BOOKED = "booked", gettext_lazy("Booked")
    CONFIRMED = "confirmed", gettext_lazy("Confirmed")
    LATE = "late", gettext_lazy("Late")
    SEATED = "seated", gettext_lazy("Seated")
    FINISHED = "finished", gettext_lazy("Finished")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")
    NO_SHOW = "no_show", gettext_lazy("No show")


_S = BookingStatus
BOOKING_MOVES: dict[str, frozenset[str]] = {
    _S.REQUESTED: frozenset({_S.BOOKED, _S.CANCELLED}),
    _S.BOOKED: frozenset({_S.CONFIRMED, _S.LATE, _S.SEATED, _S.CANCELLED, _S.NO_SHOW}),
    _S.CONFIRMED: frozenset({_S.LATE, _S.SEATED, _S.CANCELLED, _S.NO_SHOW}),
    _S.LATE: frozenset({_S.BOOKED, _S.SEATED, _S.CANCELLED, _S.NO_SHOW}),  # booked again: moved to a later time
    _S.SEATED: frozenset({_S.FINISHED}),
    _S.NO_SHOW: frozenset({_S.BOOKED}),  # undone on the same day
    _S.FINISHED: frozenset(),
    _S.CANCELLED: frozenset(),
}
EXPECTED = frozenset({_S.REQUESTED, _S.BOOKED, _S.CONFIRMED, _S.LATE})  # guests who are still to come
COUNTED = EXPECTED | {_S.SEATED, _S.FINISHED}  # guests who arrive in a slot


class Source(models.TextChoices):
    """The way by which a booking came."""

    PHONE = "phone", gettext_lazy("By phone")
    ONLINE = "online", gettext_lazy("Online")
    PROGRAM = "program", gettext_lazy("By a program")
