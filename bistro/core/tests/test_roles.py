"""Permissions of every role, pair by pair. A changed permission needs a change of this table."""

import pytest

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import NotPermitted
from bistro.core.kernel.roles import PERMISSIONS, Permission, Role
from bistro.core.models import Restaurant

pytestmark = pytest.mark.database_agnostic

EVERYBODY_ON_STAFF = {"owner", "manager", "host", "waiter", "kitchen", "cashier"}
WHO_MAY = {
    Permission.READ_ORDERS: EVERYBODY_ON_STAFF | {"screen", "integration"},
    Permission.PLACE_ORDER: {"owner", "manager", "waiter", "pad", "integration"},
    Permission.PLACE_ANYWHERE: {"owner", "manager", "waiter", "integration"},
    Permission.EDIT_ORDER: {"owner", "manager", "waiter", "pad", "integration"},
    Permission.WITHDRAW_ANY: {"owner", "manager"},
    Permission.CONFIRM_ORDER: {"owner", "manager", "waiter", "kitchen"},
    Permission.CANCEL_ORDER: {"owner", "manager", "waiter"},
    Permission.VOID_COOKED: {"owner", "manager"},
    Permission.DELIVER_ORDER: {"owner", "manager", "waiter", "kitchen", "screen"},
    Permission.FIRE_COURSE: {"owner", "manager", "waiter", "kitchen", "screen"},
    Permission.DECLARE_ALLERGIES: {"owner", "manager", "waiter", "host", "pad", "integration"},
    Permission.COOK: {"owner", "manager", "kitchen", "screen"},
    Permission.PAUSE: {"owner", "manager", "kitchen", "screen"},
    Permission.SET_AVAILABILITY: {"owner", "manager", "waiter", "kitchen", "screen"},
    Permission.WATCH_KITCHEN: {"owner", "manager", "waiter", "kitchen", "screen"},
    Permission.WATCH_FLOOR: {"owner", "manager", "waiter", "host", "cashier"},
    Permission.SEAT_TABLE: {"owner", "manager", "waiter", "host"},
    Permission.TAKE_BOOKING: {"owner", "manager", "waiter", "host", "integration"},
    Permission.OVERSEAT: {"owner", "manager", "host"},
    Permission.CLEAR_TABLE: {"owner", "manager", "waiter", "host"},
    Permission.SET_PRICE: {"owner", "manager", "waiter"},
    Permission.APPROVE_PRICE: {"owner", "manager"},
    Permission.TAKE_PAYMENT: {"owner", "manager", "waiter", "cashier"},
    Permission.ADJUST_BILL: {"owner", "manager", "waiter", "cashier"},
    Permission.REFUND: {"owner", "manager", "waiter", "cashier"},
    Permission.APPROVE_BILL: {"owner", "manager"},
    Permission.USE_TILL: {"owner", "manager", "waiter", "cashier"},
    Permission.CLOSE_DAY: {"owner", "manager"},
    Permission.READ_REPORTS: {"owner", "manager"},
    Permission.CALL_STAFF: {"owner", "manager", "pad"},
    Permission.ANSWER_CALLS: {"owner", "manager", "waiter", "host"},
    Permission.READ_EVENTS: EVERYBODY_ON_STAFF | {"screen", "integration"},
    Permission.MANAGE: {"owner", "manager"},
    Permission.DEBUG: {"owner", "manager"},
}


def test_the_table_is_complete():
    assert set(WHO_MAY) == set(Permission)
    assert set(PERMISSIONS) == set(Role)


@pytest.mark.parametrize("act", Permission)
@pytest.mark.parametrize("role", Role)
def test_who_may_do_what(act, role):
    actor = Actor("staff", 1, 1, frozenset({role.value}))
    assert actor.may(act) is (role in WHO_MAY[act])
    if role in WHO_MAY[act]:
        actor.require(act)
    else:
        with pytest.raises(NotPermitted) as refusal:
            actor.require(act)
        assert refusal.value.status == 403


@pytest.mark.parametrize("act", Permission)
def test_no_role_may_nothing_and_the_system_everything(act):
    assert not Actor("staff", 1, 1, frozenset()).may(act)
    assert Actor.system(1, "test").may(act)


@pytest.mark.django_db
def test_without_an_actor_or_a_restaurant_nothing_is_visible():
    from django.apps import apps

    from bistro.core.database.querysets import TenantQuerySet
    from bistro.core.tests.factories import MembershipFactory

    MembershipFactory()
    fenced = [
        m for m in apps.get_models() if isinstance(getattr(m, "objects", None) and m.objects.all(), TenantQuerySet)
    ]
    assert len(fenced) >= 20
    for model in fenced:
        assert not model.objects.visible_to(None).exists(), model
        assert not model.objects.visible_to(Actor("staff", 1, None, frozenset({"owner"}))).exists(), model
    assert Restaurant.objects.exists()


@pytest.mark.parametrize("act", Permission)
def test_every_act_has_words_for_refusals(act):
    assert act.words
