"""The copy of a restaurant for another house: what it has, what it leaves out, who may, and what is refused."""

from datetime import date, time

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bistro.core.models import Event, Membership, OpeningException, OpeningHours, Restaurant
from bistro.core.tests.factories import MembershipFactory
from bistro.setup.models import SkippedStep
from kitchen.models import ModifierRoute, Route, Station
from menu.models import (
    Allergen,
    AllergenStatement,
    Category,
    Ingredient,
    Item,
    ItemGroup,
    Modifier,
    ModifierGroup,
    RecipePart,
    Tax,
    TaxComponent,
)
from menu.tests.factories import ModifierFactory, ModifierGroupFactory, state
from tables.bookings.models import BookingRules, Combination, CombinationTable, DepositRule, TurnTime
from tables.models import Floor, Section, Table

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
COPIED = (
    Allergen, AllergenStatement, BookingRules, Category, Combination, CombinationTable, DepositRule, Floor, Ingredient,
    Item, ItemGroup, Modifier, ModifierGroup, ModifierRoute, OpeningException, OpeningHours, RecipePart, Route,
    Section, SkippedStep, Station, Table, Tax, TaxComponent, TurnTime,
)  # fmt: skip
# Tables of a restaurant that a copy starts without, by app. A new table of these apps belongs into one of the lists.
NOT_COPIED = {
    "core": "Device DayNumber EnrolmentCode Event FeedHead Invitation Membership Pairing PasswordReset Pin PinTries "
    "Seal SealHead TabletSession",
    "menu": "MenuVersion Pause",
    "kitchen": "Screen Ticket TicketLine",
    "setup": "",
    "tables": "Layout Occupancy Pad Party ServiceCall TableOffer",
    "bookings": "Booking OnlineHold TableHold TurnLearning",
    "guests": "Guest",
    "waitlist": "WaitlistEntry",
}


@pytest.fixture
def furnished(house):
    """A restaurant with a row in every copied table, something archived, a dish that is off, and a timed 86."""
    here = house.restaurant
    house.item.translations = {"fr": {"name": "Plat"}}
    house.item.off_since, house.item.portions_left = "2026-01-01T00:00Z", 3
    house.item.tax = Tax.objects.create(restaurant=here, name="Full")
    house.item.save()
    TaxComponent.objects.create(restaurant=here, tax=house.item.tax, name="VAT", percent=19)
    group = ModifierGroupFactory(item=house.item, name="Side")
    fries = ModifierFactory(group=group, name="Fries", off_since="2026-01-01T00:00Z")
    ModifierFactory(group=group, name="Old", archived_at="2026-01-01T00:00Z")
    state(house.item, ["milk"])
    beef = Ingredient.objects.create(restaurant=here, name="Beef")
    RecipePart.objects.create(restaurant=here, ingredient=beef, item=house.item, quantity=2)
    gone = Ingredient.objects.create(restaurant=here, name="Gone", archived_at="2026-01-01T00:00Z")
    RecipePart.objects.create(restaurant=here, ingredient=gone, modifier=fries, quantity=1)
    Route.objects.create(restaurant=here, station=house.station, item=house.item)
    ModifierRoute.objects.create(restaurant=here, station=house.station, modifier=fries)
    OpeningHours.objects.create(restaurant=here, weekday=0, opens=time(18), closes=time(2))
    for day in (date(2020, 12, 24), date(2999, 12, 24)):
        OpeningException.objects.create(restaurant=here, day=day)
    SkippedStep.objects.create(restaurant=here, step="printers")
    BookingRules.objects.create(restaurant=here, pacing_total=20, online_token="a" * 32, calendar_token="b" * 32)
    TurnTime.objects.create(restaurant=here, largest=4, minutes=105)
    TurnTime.objects.create(restaurant=here, largest=4, minutes=80, daypart="dinner", stays=20)
    DepositRule.objects.create(restaurant=here, name="Saturdays", weekday=5, amount=20)
    together = Combination.objects.create(restaurant=here, name="Together", seats=8)
    CombinationTable.objects.create(restaurant=here, combination=together, table=house.table)
    Restaurant.objects.filter(pk=here.pk).update(address="Street 1", legal_name="Linde GmbH", language="de")
    return house


def copy(house, name="Linde Two", role="owner"):
    return house.browser(role).post("/setup/copy/", {"name": name})


def rows(model, restaurant):
    return model.objects.filter(restaurant=restaurant)


def test_the_copy_has_the_same_house_without_its_people(furnished):
    answer = copy(furnished)
    assert (answer.status_code, answer["Location"]) == (302, "/setup/")
    new = Restaurant.objects.get(name="Linde Two")
    assert (new.legal_name, new.language, new.address) == ("Linde GmbH", "de", "")
    item = rows(Item, new).get()
    assert (item.name, item.translations, item.available, item.portions_left, item.tax.restaurant_id) == (
        furnished.item.name,
        {"fr": {"name": "Plat"}},
        True,
        None,
        new.pk,
    )
    assert [choice.name for choice in rows(Modifier, new)] == ["Fries"]
    assert [part.ingredient.name for part in rows(RecipePart, new)] == ["Beef"]
    assert (rows(BookingRules, new).get().pacing_total, rows(TurnTime, new).get().minutes) == (20, 105)
    assert (rows(DepositRule, new).get().amount, rows(DepositRule, new).get().weekday) == (20, 5)
    assert (rows(BookingRules, new).get().online_token, rows(BookingRules, new).get().calendar_token) == (None, None)
    assert [member.table.name for member in rows(CombinationTable, new)] == [furnished.table.name]
    assert [row.day.year > 2020 for row in rows(OpeningException, new)] == [True]
    for model in COPIED:
        assert rows(model, new).exists(), model
        for row in rows(model, new):
            for field in model._meta.concrete_fields:
                other = getattr(row, field.name) if field.is_relation else None
                assert getattr(other, "restaurant_id", new.pk) == new.pk, (row, field)
    assert [member.role for member in rows(Membership, new)] == ["owner"]
    assert Item.history.filter(id=item.pk).count() == 1


def test_the_owner_continues_in_the_copy_and_may_go_back(furnished):
    browser = furnished.browser("owner")
    browser.post("/setup/copy/", {"name": "Linde Two"})
    page = browser.get("/setup/").content.decode()
    assert "Linde Two" in page
    assert browser.post("/restaurant/", {"restaurant": str(furnished.restaurant.pk)}).status_code == 302
    assert furnished.restaurant.name in browser.get("/setup/").content.decode()
    new = Restaurant.objects.get(name="Linde Two")
    kinds = list(Event.objects.filter(restaurant=new).values_list("type", "action"))
    assert ("restaurant_created", "opened") in kinds
    assert ("restaurant_updated", "copied") in kinds


@pytest.mark.parametrize(("name", "role"), [("Linde Two", "manager"), ("", "owner"), ("x" * 121, "owner")])
def test_what_is_refused_changes_nothing(furnished, name, role):
    before = {model: model.objects.count() for model in (*COPIED, Event, Restaurant, Membership)}
    furnished.browser(role)
    before[Membership], before[Event] = Membership.objects.count(), Event.objects.count()
    assert copy(furnished, name, role).status_code in (403, 422)
    assert before == {model: model.objects.count() for model in before}


def test_a_second_tap_makes_no_second_copy(furnished):
    copy(furnished)
    browser = furnished.browser("owner")
    browser.post("/restaurant/", {"restaurant": str(furnished.restaurant.pk)})
    answer = browser.post("/setup/copy/", {"name": "linde TWO"})
    assert answer.status_code == 422
    assert "Es gibt schon ein eigenes Restaurant mit diesem Namen" in answer.content.decode()
    assert Restaurant.objects.filter(name__iexact="linde two").count() == 1
    MembershipFactory(restaurant__name="Somebody else's")
    assert browser.post("/setup/copy/", {"name": "Somebody else's"}).status_code == 302


def test_the_number_of_queries_does_not_grow(furnished):
    def asked(name):
        with CaptureQueriesContext(connection) as queries:
            assert copy(furnished, name).status_code == 302
        furnished.browser("owner").post("/restaurant/", {"restaurant": str(furnished.restaurant.pk)})
        return len(queries)

    asked("First")
    few = asked("Second")
    for number in range(20):
        furnished.add_item(name=f"Dish {number} more")
    assert asked("Third") == few


def test_every_table_is_copied_or_listed():
    for app, names in NOT_COPIED.items():
        models = [model for model in apps.get_app_config(app).get_models() if "Historical" not in model.__name__]
        known = {*names.split(), *(model.__name__ for model in COPIED)}
        with_restaurant = [model for model in models if any(f.name == "restaurant" for f in model._meta.fields)]
        assert [model.__name__ for model in with_restaurant if model.__name__ not in known] == []
