"""The steps of the set-up and their states, which are read from the restaurant's data in one query."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Exists, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Role
from bistro.core.models import Device, Membership, OpeningHours, Restaurant
from bistro.core.speed.compiled_queries import CompiledQuery
from bistro.setup.models import SkippedStep
from kitchen.models import Station
from kitchen.printing.models import Printer
from menu.models import Item, Tax
from tables.models import Table

Rows = QuerySet[Any]


class State(StrEnum):
    """The state of a step."""

    DONE = "done"
    MISSING = "missing"
    OPTIONAL = "optional"
    SKIPPED = "skipped"

    @property
    def mark(self) -> str:
        """Return the state whose picture stands beside the word; "" where nobody has to act."""
        return {State.DONE: "done", State.MISSING: "soon"}.get(self, "")

    @property
    def word(self) -> str | Promise:
        return {
            State.DONE: _("Done"),
            State.MISSING: _("Missing"),
            State.OPTIONAL: _("Optional"),
            State.SKIPPED: _("Skipped"),
        }[self]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the set-up. It is done when `proof` has a row.

    `about` says what the step is for, `without` what does not work before it is done. A step that is not `required` can
    be skipped, and so can one that only some houses need (`may_skip`).
    """

    key: str
    title: str | Promise
    about: str | Promise
    without: str | Promise
    proof: Callable[[int], Rows]
    required: bool = True
    may_skip: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """A step with its state in one restaurant."""

    step: Step
    state: State

    @property
    def may_skip(self) -> bool:
        return self.state in (State.MISSING, State.OPTIONAL) and (self.step.may_skip or not self.step.required)


def _own_password(restaurant_id: int) -> Rows:
    owners = Membership.objects.of_restaurant(restaurant_id).active().filter(role=Role.OWNER)
    return owners.filter(staff__password_is_one_time=False)


def _address(restaurant_id: int) -> Rows:
    return Restaurant.objects.filter(pk=restaurant_id).exclude(address="")


def _colleagues(restaurant_id: int) -> Rows:
    return Membership.objects.of_restaurant(restaurant_id).active().exclude(role=Role.OWNER)


STEPS = (
    Step(
        "account",
        _("Your login"),
        _("Your name, your e-mail address and a password that only you know."),
        _("Until then the password that the server printed opens everything."),
        _own_password,
    ),
    Step(
        "restaurant",
        _("Restaurant"),
        _("Name, address and tax number for documents; currency, time zone and the end of the day."),
        _("Without an address no receipt is complete, and the currency cannot change once there are dishes."),
        _address,
    ),
    Step(
        "hours",
        _("Opening hours"),
        _("When you serve, also past midnight, and the days that are different."),
        _("Orders are taken at any time, but guests can book no table online without hours."),
        OpeningHours.objects.of_restaurant,
        required=False,
    ),
    Step(
        "tax",
        _("Tax"),
        _("Whether prices contain the tax, and the rates."),
        _("Without a tax no order carries one."),
        lambda restaurant_id: Tax.objects.of_restaurant(restaurant_id).filter(is_default=True),
    ),
    Step(
        "menu",
        _("Menu"),
        _("Dishes and drinks, from a file, from a sample menu or by hand."),
        _("Without a dish nothing can be ordered."),
        lambda restaurant_id: Item.objects.of_restaurant(restaurant_id).not_archived(),
    ),
    Step(
        "stations",
        _("Stations"),
        _("The places in the kitchen and at the bar, and which part of the menu each makes."),
        _("Without a station no ticket reaches the kitchen."),
        lambda restaurant_id: Station.objects.of_restaurant(restaurant_id).not_archived(),
    ),
    Step(
        "room",
        _("Room"),
        _("Sections and their tables."),
        _("Without a table only take-away and counter orders are possible."),
        lambda restaurant_id: Table.objects.of_restaurant(restaurant_id).not_archived(),
        may_skip=True,
    ),
    Step(
        "staff",
        _("Staff"),
        _("A login for each person, by invitation."),
        _("Without their own logins all orders and voids carry your name."),
        _colleagues,
        required=False,
    ),
    Step(
        "devices",
        _("Devices"),
        _("Kitchen screens, pads on tables and tablets that staff share."),
        _("Without a screen or a printer somebody must keep the kitchen page open in a browser."),
        lambda restaurant_id: (
            Device.objects.of_restaurant(restaurant_id).exclude(kind=Device.Kind.INTEGRATION).filter(revoked_at=None)
        ),
        required=False,
    ),
    Step(
        "printers",
        _("Printers"),
        _("A ticket printer for each station that wants paper, and one for receipts with its cash drawer."),
        _("Tickets are on the screens; a printer also helps when one fails. It counts once a slip came out."),
        lambda restaurant_id: Printer.objects.of_restaurant(restaurant_id).filter(worked_at__isnull=False),
        required=False,
    ),
)
BY_KEY = {step.key: step for step in STEPS}


def _answers(restaurant: Any) -> Rows:
    """Ask of each step whether it is done, and then of each whether it is skipped."""
    skipped = SkippedStep.objects.of_restaurant(restaurant)
    questions = {f"has_{step.key}": Exists(step.proof(restaurant)) for step in STEPS}
    questions |= {f"skips_{step.key}": Exists(skipped.filter(step=step.key)) for step in STEPS}
    return Restaurant.objects.filter(pk=restaurant).annotate(**questions).values_list(*questions)


# Compiled, because the navigation of each page of a manager asks it until everything is set up.
_read_answers = CompiledQuery(_answers)


def progress_of(restaurant_id: int) -> list[Progress]:
    """Return the steps with their states, in one query."""
    (answers,) = _read_answers(restaurant_id)
    done, skipped = answers[: len(STEPS)], answers[len(STEPS) :]
    return [Progress(step, _state(step, *found)) for step, *found in zip(STEPS, done, skipped, strict=True)]


def _state(step: Step, done: bool, skipped: bool) -> State:
    if done:
        return State.DONE
    if skipped and (step.may_skip or not step.required):
        return State.SKIPPED
    return State.MISSING if step.required else State.OPTIONAL


def is_unfinished(actor: Actor) -> bool:
    """Return whether a step of the actor's restaurant is neither done nor skipped, also an optional one. One query."""
    if actor.restaurant_id is None:
        return False
    return any(each.state in (State.MISSING, State.OPTIONAL) for each in progress_of(actor.restaurant_id))


def is_missing_a_step(actor: Actor) -> bool:
    """Return whether a required step is missing in the actor's restaurant."""
    return missing_steps(actor) > 0


def missing_steps(actor: Actor) -> int:
    """Return the number of required steps that are missing, in one query."""
    if actor.restaurant_id is None:
        return 0
    return sum(progress.state == State.MISSING for progress in progress_of(actor.restaurant_id))
