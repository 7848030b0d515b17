"""Links for a new password: made by managers, used once by the member, worthless for anything else."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bistro.core.auth.access import actor_of_member
from bistro.core.kernel.errors import DomainError
from bistro.core.models import Event, PasswordReset, Staff
from bistro.core.services.own_login import sign_out_everywhere
from bistro.core.services.passwords import choose, offer_reset
from bistro.core.services.restaurants import change_member
from bistro.core.tests.factories import MembershipFactory, RestaurantFactory
from bistro.core.tests.http import nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

NEW = "nine purple walnuts"


@pytest.fixture
def here():
    return RestaurantFactory()


@pytest.fixture
def ana(here):
    return MembershipFactory(restaurant=here)


@pytest.fixture
def boss(here):
    return MembershipFactory(restaurant=here, role="manager")


def link_from(page):
    return re.search(r'id="password-link"[^>]*>[^<]*(/password/[^<]+)<', page.content.decode())[1]


def works(member, password):
    return Staff.objects.get(pk=member.staff_id).check_password(password)


def test_a_member_chooses_a_new_password_once_and_every_session_ends(ana, boss):
    manager, phone, guest = Client(), Client(), Client()
    manager.force_login(boss.staff)
    phone.force_login(ana.staff)
    path = reverse("admin:core_membership_reset_password", args=[ana.pk])
    with nothing_changes():
        assert manager.get(path).status_code == 200
    link = link_from(manager.post(path, {"by_mail": "on"}))
    assert works(ana, "correct horse"), "the old password works until the new one is chosen"
    assert guest.get(link).status_code == 200
    weak = guest.post(link, {"password": "short"})
    assert (weak.status_code, "stronger password" in weak.content.decode()) == (422, True)
    assert guest.post(link, {"password": NEW}).url == "/login/"
    assert works(ana, NEW)
    assert phone.get("/me/").status_code == 302
    with nothing_changes():
        again = guest.post(link, {"password": "another purple walnut"})
        assert (again.status_code, "not valid" in again.content.decode()) == (422, True)
    assert works(ana, NEW)
    assert list(Event.objects.order_by("pk").values_list("action", flat=True)) == [
        "password_reset_offered",
        "password_reset",
    ]
    token = link.strip("/").split("/")[-1]
    assert token not in str(list(Event.objects.values())) + str(list(PasswordReset.objects.values()))


def test_nobody_gets_more_than_they_have(here, ana, boss):
    """A manager must not become an owner, nor enter another restaurant, by the password of somebody else."""
    owner = MembershipFactory(restaurant=here, role="owner")
    both = MembershipFactory(restaurant=here)
    MembershipFactory(staff=both.staff)
    operator = MembershipFactory(restaurant=here, staff__is_superuser=True)
    for asked, maker in (
        (owner, boss), (both, boss), (both, owner), (operator, owner), (MembershipFactory(), owner), (boss, ana),
    ):  # fmt: skip
        with nothing_changes(), pytest.raises(DomainError):
            offer_reset(membership_id=asked.pk, actor=actor_of_member(maker))
    assert not PasswordReset.objects.exists()


@pytest.mark.parametrize(
    "end", ["maker dismissed", "member dismissed", "member promoted", "works elsewhere", "expired", "replaced"]
)
def test_a_link_ends_with_the_right_to_make_it(here, ana, boss, end):
    token = offer_reset(membership_id=ana.pk, actor=actor_of_member(boss))
    owner = actor_of_member(MembershipFactory(restaurant=here, role="owner"))
    if end == "expired":
        PasswordReset.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif end == "replaced":
        offer_reset(membership_id=ana.pk, actor=actor_of_member(boss))
    elif end == "works elsewhere":
        MembershipFactory(staff=ana.staff)
    else:
        who = boss if end.startswith("maker") else ana
        change = {"role": "owner"} if end.endswith("promoted") else {"is_active": False}
        change_member(membership_id=who.pk, actor=owner, **change)
    with nothing_changes(), pytest.raises(DomainError) as refused:
        choose(token=token, password=NEW)
    assert refused.value.code == "invalid_link"
    assert works(ana, "correct horse")


@pytest.mark.parametrize("act", ["dismiss", "sign out"])
def test_a_link_ends_with_the_sessions_of_the_login(here, ana, boss, act):
    """A person who comes back must not find an old link that still works."""
    manager = actor_of_member(boss)
    ben = MembershipFactory(restaurant=here)
    token, _other = (offer_reset(membership_id=row.pk, actor=manager) for row in (ana, ben))
    if act == "dismiss":
        change_member(membership_id=ana.pk, is_active=False, actor=manager)
        change_member(membership_id=ana.pk, is_active=True, actor=manager)
    else:
        sign_out_everywhere(actor=actor_of_member(ana))
    with nothing_changes(), pytest.raises(DomainError) as refused:
        choose(token=token, password=NEW)
    assert refused.value.code == "invalid_link"
    assert PasswordReset.objects.get().membership == ben, "links of others stay"
