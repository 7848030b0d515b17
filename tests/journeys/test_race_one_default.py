"""Exactly one default tax and one catch-all station, while managers choose others at the same moment."""

import time
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import IntegrityError

from bistro.core.kernel.errors import DomainError
from bistro.core.tests.racing import race
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from kitchen.models import Station
from kitchen.setup_steps import only_catch_all
from kitchen.tests.factories import StationFactory
from menu.models import Tax
from menu.setup_steps import only_default, refuse_default
from menu.tests.factories import TaxFactory

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@dataclass
class Rule:
    """A flag that one row of a restaurant has, and the step that keeps it so."""

    model: Any
    flag: str
    step: Any
    factory: Any

    def add(self, house, name):
        return self.factory(restaurant=house.restaurant, name=name, **{self.flag: False})

    def chosen(self, house):
        return list(self.model.objects.of_restaurant(house.restaurant.pk).filter(**{self.flag: True}))

    def save(self, row, actor, step=None):
        """Save a row as the admin does, from a form that may be stale by now."""
        with UnitOfWork(actor) as work:
            (step or self.step)(row, work)
            time.sleep(0.2)  # the others are inside, too
            row.save()


RULES = pytest.mark.parametrize(
    "rule",
    [
        Rule(Tax, "is_default", only_default, TaxFactory),
        Rule(Station, "is_catch_all", only_catch_all, StationFactory),
    ],
    ids=["default tax", "catch-all"],
)


def all_choose(rule, house, step=None):
    """Let four managers choose four rows at once, and return what was raised."""
    rows, actors = [rule.add(house, f"Row {n}") for n in range(4)], [house.actor("owner") for _ in range(4)]
    for row in rows:
        setattr(row, rule.flag, True)
    runners = [
        lambda row=row, actor=actor: rule.save(row, actor, step) for row, actor in zip(rows, actors, strict=True)
    ]
    return [error for error in race(runners) if error is not None]


@RULES
def test_of_many_chosen_at_once_one_remains(rule, house, other_house):
    before = rule.chosen(other_house)
    assert all_choose(rule, house) == []
    assert len(rule.chosen(house)) == 1
    assert rule.chosen(other_house) == before


@RULES
@pytest.mark.postgres  # the single writer of SQLite is the lock
def test_the_control_without_the_lock_they_fail(rule, house):
    def unlocked(row, work):
        require_transaction()
        others = rule.model.objects.of_restaurant(work.restaurant_id).filter(**{rule.flag: True})
        others.exclude(pk=row.pk).update(**{rule.flag: False})

    errors = all_choose(rule, house, unlocked)
    assert errors
    assert all(isinstance(error, IntegrityError) for error in errors)


@RULES
def test_a_form_opened_before_does_not_untick_it(rule, house):
    row, actor = rule.add(house, "New"), house.actor("owner")
    stale = rule.model.objects.get(pk=row.pk)
    setattr(row, rule.flag, True)
    rule.save(row, actor)
    stale.name = "Renamed"
    rule.save(stale, actor)
    (only,) = rule.chosen(house)
    assert (only.pk, only.name) == (row.pk, "Renamed")


def test_a_tax_that_has_become_the_default_is_not_deleted(house):
    tax, actor = TaxFactory(restaurant=house.restaurant, name="New", is_default=False), house.actor("owner")
    stale = Tax.objects.get(pk=tax.pk)
    tax.is_default = True
    RULE_OF_TAX.save(tax, actor)

    def delete():
        with UnitOfWork(actor) as work:
            refuse_default(stale, work)
            stale.delete()

    with pytest.raises(DomainError) as refusal:
        delete()
    assert refusal.value.code == "default_tax"
    assert RULE_OF_TAX.chosen(house) == [tax]


RULE_OF_TAX = Rule(Tax, "is_default", only_default, TaxFactory)
