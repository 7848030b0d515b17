"""All pages of the admin, found through the registry.

Every page opens for an owner, has the same number of queries for lists of any length, and shows nothing of another
restaurant.
"""

from datetime import time

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bistro.core.models import Device, Event, Invitation, Membership, OpeningException, OpeningHours, Restaurant
from bistro.core.services.devices import create_device
from bistro.core.services.restaurants import invite
from bistro.core.tests.factories import DeviceFactory, MembershipFactory, StaffFactory
from bistro.mail.models import Message
from bistro.webhooks.models import Hook
from bistro.webhooks.services import add_hook
from kitchen.models import Ticket
from kitchen.printing.models import Printer
from kitchen.printing.tests.printers import printer_at
from kitchen.services.stations import place_screen
from kitchen.tests.factories import StationFactory
from menu.bulk.models import BulkChange
from menu.bulk.services import apply_bulk
from menu.files.models import MenuImport
from menu.files.services import upload_menu
from menu.models import Allergen, Category, Ingredient, Item, Modifier, ModifierGroup, Tax
from menu.tests.factories import (
    CategoryFactory,
    ItemFactory,
    ModifierFactory,
    ModifierGroupFactory,
    RecipePartFactory,
    TaxFactory,
)
from orders.billing.models import CardReader, Deposit, HouseAccount, Payment, ServiceRule, TipRule, Voucher
from orders.billing.tests.charging import charge_service
from orders.billing.tests.deposits import failed_deposit
from orders.billing.tests.paid import paid_and_comped
from orders.billing.tests.vouchers import account_of, sold
from orders.documents.models import Document
from orders.models import Order
from orders.till.models import Closing, Till
from orders.till.tests.tills import till_and_closing
from tables.bookings.models import BookingRules, Combination, DepositRule, TurnTime
from tables.models import Party, Section, ServiceCall, Table
from tables.services import call_staff
from tables.tests.factories import PadFactory, SectionFactory, TableFactory
from tests.journeys.house import open_house

pytestmark = pytest.mark.django_db
agnostic = pytest.mark.database_agnostic  # on PostgreSQL, too, all pages are opened and the lists' queries counted

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
LABELS = [model._meta.label for model in MODELS]


def page(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


@pytest.fixture
def house():
    return open_house()


@pytest.fixture
def owner(client, house):
    member = MembershipFactory(restaurant=house.restaurant, role="owner")
    client.force_login(member.staff)
    return client


def fill(house, count):
    """Add `count` rows of every model with a list."""
    owner = house.actor("owner")
    for _number in range(count):
        item = ItemFactory(category=CategoryFactory(restaurant=house.restaurant))
        modifier = ModifierFactory(group=ModifierGroupFactory(item=item))
        RecipePartFactory(modifier=modifier)
        pad = PadFactory(table=TableFactory(section=SectionFactory(restaurant=house.restaurant)))
        call_staff(table_id=pad.table_id, reason="bill", actor=house.pad_actor)
        MembershipFactory(restaurant=house.restaurant)
        DeviceFactory(restaurant=house.restaurant)
        screen = create_device(kind="kitchen", name=f"wall {Device.objects.count()}", actor=owner)
        station = StationFactory(restaurant=house.restaurant)
        printer_at(house, 9100, station=station)
        place_screen(device_id=screen.pk, station_ids=[station.pk], actor=owner)
        TaxFactory(restaurant=house.restaurant, name=f"rate {Device.objects.count()}", is_default=False)
        category = {"category": CategoryFactory(restaurant=house.restaurant)}
        apply_bulk(kind="categories", seen={item.pk: item.category_id}, said=category, actor=owner)
        invite(role="waiter", email="ana@bistro.example", by_mail=True, actor=owner)
        upload_menu(data=b"category,name,price\nA,Tea,2.00\n", file_name="menu.csv", actor=owner)
        paid_and_comped(house.order(quantity=count).json["party"], owner)
        till_and_closing(owner)
        sold(house, actor=owner)
        account_of(house, f"Linden {Device.objects.count()}")
        charge_service(house, "0")
        number = CardReader.objects.count()
        CardReader.objects.create(restaurant=house.restaurant, name=f"Bar {number}", reader_id=f"tmr_{number:04}")
        failed_deposit(house)
        DepositRule.objects.create(restaurant=house.restaurant, name="Parties", from_size=20, amount="10.00")
        TipRule.objects.create(restaurant=house.restaurant, since=timezone.now(), made_by="Max")
        BookingRules.objects.get_or_create(restaurant=house.restaurant)
        largest = TurnTime.objects.filter(restaurant=house.restaurant).count() + 1
        TurnTime.objects.create(restaurant=house.restaurant, largest=largest, minutes=90)
        Combination.objects.create(restaurant=house.restaurant, name=f"Together {largest}", seats=8)
        if Hook.objects.filter(restaurant=house.restaurant).count() < 20:
            add_hook(name="Books", url="https://example.com/", topics=["orders"], actor=owner)


def test_everything_that_a_manager_sets_up_is_registered():
    assert set(MODELS) == {
        Allergen, BulkChange, Category, Device, Event, Invitation, Item, Membership, MenuImport, Message,
        ModifierGroup, Order, Restaurant, Section, Ingredient, Modifier, Party, Payment, Document, Printer, ServiceCall,
        BookingRules, Combination, TurnTime, Table, Hook, Tax, Ticket, Till, Closing, ServiceRule, TipRule, Voucher,
        HouseAccount, CardReader, Deposit, DepositRule, MODELS[LABELS.index("kitchen.Station")],
    }  # fmt: skip


def test_every_page_opens(house, owner):
    fill(house, 1)
    for model in MODELS:
        assert owner.get(page(model, "changelist")).status_code == 200, model
        # The rules of bookings exist once, and are there already.
        may_add = admin.site._registry[model].may_add and model not in (Restaurant, BookingRules)
        assert owner.get(page(model, "add")).status_code == (200 if may_add else 403), model
        row = model.objects.filter(**({"pk": house.restaurant.pk} if model is Restaurant else {})).first()
        assert owner.get(page(model, "change", row.pk)).status_code == 200, model
        assert owner.get(page(model, "history", row.pk)).status_code == 200, model


def test_a_longer_list_costs_no_more_queries(house, owner):
    fill(house, 5)
    queries(owner)  # content types are read only once
    few = queries(owner)
    fill(house, 20)
    assert queries(owner) == few


def queries(client):
    """Return the number of queries of each list."""
    counts = {}
    for label, model in zip(LABELS, MODELS, strict=True):
        with CaptureQueriesContext(connection) as caught:
            assert client.get(page(model, "changelist")).status_code == 200
        counts[label] = len(caught)
    return counts


@agnostic
def test_another_restaurant_does_not_exist(house, owner):
    other = open_house(name="Elsewhere")
    fill(other, 1)
    for model in MODELS:
        filters = {"pk": other.restaurant.pk} if model is Restaurant else {"restaurant": other.restaurant}
        row = model.objects.filter(**filters).first()
        listed = owner.get(page(model, "changelist"))
        assert row.pk not in [each.pk for each in listed.context["cl"].result_list], model
        for name in ("change", "history", "delete"):
            answer = owner.get(page(model, name, row.pk))
            assert answer.status_code in (302, 403, 404), (model, name)
            assert answer.status_code != 302 or answer.url == reverse("admin:index"), (model, name)


@agnostic
@pytest.mark.parametrize("role", ["host", "waiter", "kitchen", "cashier"])
def test_other_roles_stay_outside(client, house, role):
    client.force_login(MembershipFactory(restaurant=house.restaurant, role=role).staff)
    for path in (reverse("admin:index"), page(Item, "changelist"), page(Item, "add")):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("admin:login"))


@agnostic
def test_the_operator_without_a_membership_sees_nothing_and_opens_restaurants(client, house):
    client.force_login(StaffFactory(is_superuser=True, is_staff=True))
    assert client.get(reverse("admin:index")).status_code == 200
    for model in MODELS:
        adds = model in (Restaurant, Membership)
        assert client.get(page(model, "changelist")).status_code == 403, model
        assert client.get(page(model, "add")).status_code == (200 if adds else 403), model


@agnostic
def test_the_first_page_costs_the_same_however_much_is_going_on(house, owner):
    def count():
        with CaptureQueriesContext(connection) as caught:
            assert owner.get(reverse("admin:index")).status_code == 200
        return len(caught)

    count()
    fill(house, 1)
    few = count()
    fill(house, 10)
    assert count() == few


def test_the_first_page_tells_tonight(house, owner):
    house.order()
    figures = {f["title"]: f["value"] for f in owner.get(reverse("admin:index")).context["figures"]}
    assert figures == {
        "Orders today": 1, "Sales today": "€10.00", "Open tickets": 1, "Ready to serve": 0, "Tables taken": 1,
        "Last backup": "off",
    }  # fmt: skip


@agnostic
def test_the_first_page_tells_when_the_house_is_open(house, owner):
    today = house.restaurant.business_date(timezone.now())
    OpeningHours.objects.create(restaurant=house.restaurant, weekday=today.weekday(), opens=time(18), closes=time(1))
    assert "open 18:00 to 01:00" in owner.get(reverse("admin:index")).content.decode()
    OpeningException.objects.create(restaurant=house.restaurant, day=today)
    assert "open 18:00" not in owner.get(reverse("admin:index")).content.decode()


@agnostic
@pytest.mark.parametrize("label", ["core", "menu", "menu_files", "menu_bulk", "tables", "orders", "kitchen", "mail"])
def test_the_pages_of_an_app_open(owner, label):
    assert owner.get(reverse("admin:app_list", args=[label])).status_code == 200


@agnostic
def test_every_link_of_the_side_bar_opens(owner):
    groups = owner.get(reverse("admin:index")).context["sidebar_navigation"]
    links = [str(item["link"]) for group in groups for item in group["items"] if item["has_permission"]]
    assert len(links) == 41
    assert {owner.get(link).status_code for link in links} == {200}


@agnostic
def test_no_list_counts_what_its_filters_would_find(owner):
    for model in MODELS:
        answer = owner.get(f"{page(model, 'changelist')}?_facets=True")
        assert not getattr(answer.context and answer.context["cl"], "add_facets", False), model


@agnostic
def test_a_wall_screens_cookie_opens_no_admin(client, house):
    client.cookies["bistro_device"] = f"token-{house.pad.device.name}"
    assert client.get(reverse("admin:index")).status_code == 302


@pytest.mark.parametrize(
    ("address", "entry"),
    [
        ("/admin/", "Tonight"),
        ("/admin/menu/category/", "Categories"),
        ("/admin/menu/category/languages/", "Translations"),
        ("/admin/menu/item/add/", "Items"),
        ("/admin/kitchen/ticket/figures/", "Ticket times"),
    ],
)
def test_the_side_bar_marks_one_entry(owner, address, entry):
    groups = owner.get(address).context["sidebar_navigation"]
    assert [str(item["title"]) for group in groups for item in group["items"] if item.get("active")] == [entry]
