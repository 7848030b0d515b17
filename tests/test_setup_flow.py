"""The way through the set-up: the next step saves, links that work, one story of pairing, what is not tried yet."""

import html
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from bistro.core.kernel.mailing import CONSOLE
from bistro.core.models import Invitation, OpeningHours, Pin
from bistro.mail.models import Message
from bistro.setup.checklist import is_unfinished
from kitchen.printing.models import Printer, PrintJob
from kitchen.printing.services import print_test, serve_printer
from kitchen.printing.tests.printers import FakePrinter, printer_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(house):
    return house.browser("owner")


def text(answer):
    return html.unescape(answer.content.decode())


def test_the_next_step_saves_what_was_typed(owner):
    day = {"opens_0_0": "18:00", "closes_0_0": "23:00"}
    assert owner.post("/setup/hours/", day | {"go_on": "tax"}).url == "/setup/tax/"
    assert OpeningHours.objects.count() == 1
    assert owner.post("/setup/hours/", day | {"go_on": "https://example.com"}).url == "/setup/hours/"
    refused = owner.post("/setup/hours/", {"opens_0_0": "18:00", "go_on": "tax"})
    assert (refused.status_code, OpeningHours.objects.count()) == (422, 1)
    assert "data-unsaved" in text(refused), "what was refused counts as not saved"
    assert "data-unsaved" not in text(owner.get("/setup/hours/"))


def test_the_first_filled_day_is_copied_to_the_empty_days_after_it(owner):
    typed = {"opens_2_0": "18:00", "closes_2_0": "23:00", "opens_5_0": "12:00", "closes_5_0": "23:30"}
    owner.post("/setup/hours/", typed | {"like_first": "1"})
    found = set(OpeningHours.objects.values_list("weekday", "opens__hour"))
    assert found == {(2, 18), (3, 18), (4, 18), (5, 12), (6, 18)}
    said = text(owner.get("/setup/hours/"))
    assert "The hours of Wednesday are now also those of: Thursday, Friday, Sunday." in said


@pytest.mark.parametrize(("typed", "words"), [
    ({}, "Fill in one day first."), ({"opens_1_0": "18:00"}, "Give both times, or none.")])  # fmt: skip
def test_hours_that_cannot_be_copied_are_refused(owner, typed, words):
    OpeningHours.objects.all().delete()
    refused = owner.post("/setup/hours/", typed | {"like_first": "1"})
    assert (refused.status_code, text(refused).count(words)) == (422, 1)
    assert not OpeningHours.objects.exists()


def link_in(page):
    return re.search(r'<code class="setup__code">([^<]+)</code>', page)[1]


def test_links_have_the_address_by_which_the_page_was_opened(owner, settings):
    settings.ALLOWED_HOSTS, settings.PUBLIC_URL_IS_SET = ["127.0.0.1", "192.168.1.20"], False
    for path in ("/setup/devices/", "/setup/staff/"):
        for host, warned in (("192.168.1.20:8000", False), ("127.0.0.1:8000", True)):
            ask = owner.get if "devices" in path else owner.post
            page = text(ask(path, {"role": "waiter"}, headers={"Host": host}))
            assert link_in(page).startswith(f"http://{host}/")
            assert ("Phones and tablets cannot open this address" in page) == warned
    assert owner.get("/setup/devices/", headers={"Host": "evil.example"}).status_code == 400
    settings.PUBLIC_URL_IS_SET, settings.PUBLIC_URL = True, "https://linde.example"
    page = text(owner.get("/setup/devices/", headers={"Host": "127.0.0.1:8000"}))
    assert link_in(page) == "https://linde.example/device/"
    assert "Phones and tablets cannot open" not in page


def test_without_a_mail_server_the_link_is_there_to_copy(owner, settings):
    settings.EMAIL_BACKEND = CONSOLE
    page = text(owner.get("/setup/staff/"))
    assert "No mail server is set up" in page
    assert "Invite by e-mail" not in page
    sent = text(owner.post("/setup/staff/", {"email": "kim@linde.example", "role": "waiter", "by_mail": "1"}))
    assert "Send this link" in sent
    assert "on its way" not in sent
    assert "/invitation/" in link_in(sent)
    assert (Invitation.objects.count(), Message.objects.count()) == (1, 0)


def test_with_a_mail_server_the_link_is_mailed(owner):
    page = text(owner.post("/setup/staff/", {"email": "kim@linde.example", "role": "waiter", "by_mail": "1"}))
    assert "The link is on its way by e-mail" in page
    assert Message.objects.get().to == "kim@linde.example"


def test_the_step_of_staff_says_who_has_no_pin(house, owner):
    waiter = house.staff("waiter")
    page = text(owner.get("/setup/staff/"))
    assert "On shared tablets people sign in with a PIN." in page
    before = page.count("no PIN yet")
    Pin.objects.create(
        restaurant=house.restaurant, membership=waiter.memberships.get(), hash="x", set_at=timezone.now()
    )
    assert text(owner.get("/setup/staff/")).count("no PIN yet") == before - 1


def test_pairing_has_one_address_and_one_way_back(owner, client):
    step = text(owner.get("/setup/devices/"))
    assert link_in(step).endswith("/device/")
    assert "press “Show a code”" in step
    pair = reverse("admin:core_device_pair") + "?next=/setup/devices/"
    assert f'href="{pair}"' in step
    assert 'name="next" value="/setup/devices/"' in text(owner.get(pair))

    door = text(client.get("/device/"))
    assert ">Show a code</button>" in door
    assert "Back to Set up" not in door
    client.post("/device/code/")
    shown = text(client.get("/device/code/"))
    assert "/setup/devices/</strong>" in shown
    assert "Type the code" in shown
    code = "".join(re.findall(r"<span>([A-Z0-9]{3})</span>", shown))
    device = {"code": code, "kind": "tablet", "name": "Bar", "next": "/setup/devices/"}
    assert owner.post(reverse("admin:core_device_pair"), device).url == "/setup/devices/"
    assert "Back to Set up, Devices" in text(owner.get("/device/")), "a manager who opened the page in the own browser"


def test_pairing_leads_back_to_our_pages_only(owner, client):
    client.post("/device/code/")
    code = "".join(re.findall(r"<span>([A-Z0-9]{3})</span>", text(client.get("/device/code/"))))
    device = {"code": code, "kind": "tablet", "name": "Bar", "next": "https://evil.example/"}
    assert owner.post(reverse("admin:core_device_pair"), device).url == reverse("admin:core_device_changelist")


def test_a_printer_is_not_tried_until_a_slip_came_out(house, owner):
    actor, listed = house.actor("owner"), reverse("admin:printing_printer_changelist")
    with FakePrinter() as fake:
        printer = printer_at(house, fake.port)
        assert "Not tried yet" in text(owner.get("/setup/printers/"))
        assert "Not tried yet" in text(owner.get(listed))
        assert "step-printers" in text(owner.get("/setup/"))
        assert is_unfinished(actor)
        back = {"next": "/setup/printers/"}
        assert owner.post(reverse("admin:printing_printer_test", args=[printer.pk]), back).url == "/setup/printers/"
        assert serve_printer(printer_id=printer.pk) == 1
    printer.refresh_from_db()
    assert printer.worked_at is not None
    page = text(owner.get("/setup/printers/"))
    assert ("Works" in page, "Not tried yet" in page) == (True, False)
    assert "Not tried yet" not in text(owner.get(listed))
    worked_at = printer.worked_at
    Printer.objects.update(port=9100)  # one that the form accepts
    form = owner.get(reverse("admin:printing_printer_change", args=[printer.pk])).context["adminform"].form
    values = {name: "" if value is None else value for name, value in form.initial.items() if value is not False}
    changed = owner.post(reverse("admin:printing_printer_change", args=[printer.pk]), values | {"columns": "48"})
    printer.refresh_from_db()
    assert (changed.status_code, printer.columns, printer.worked_at) == (302, 48, worked_at)
    owner.post(reverse("admin:printing_printer_change", args=[printer.pk]), values | {"host": "192.168.1.77"})
    printer.refresh_from_db()
    assert (printer.host, printer.worked_at) == ("192.168.1.77", None), "nobody has tried the new address"


def test_a_printer_that_does_not_answer_stays_untried(house):
    with FakePrinter() as fake:
        printer = printer_at(house, fake.port)
        fake.off()
        print_test(printer_id=printer.pk, actor=house.actor("owner"))
        assert serve_printer(printer_id=printer.pk) == 0
    assert Printer.objects.get().worked_at is None
    assert PrintJob.objects.get().status == "queued"


def test_links_of_e_mails_that_nobody_can_open_are_a_warning(owner, settings):
    words = "which nobody can open on another device"
    sent = {"email": "kim@linde.example", "role": "waiter", "by_mail": "1"}
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    for page in (owner.get("/setup/staff/"), owner.post("/setup/staff/", sent)):
        assert f"Links in e-mails begin with http://127.0.0.1:8000, {words}" in text(page)
    assert words in text(owner.get("/admin/mail/message/settings/"))
    invited = owner.post("/admin/core/invitation/add/", {**sent, "email": "lea@linde.example"})
    assert words in text(invited)
    settings.PUBLIC_URL = "https://linde.example"
    for path in ("/setup/staff/", "/admin/mail/message/settings/"):
        assert words not in text(owner.get(path))
    assert "Links in messages begin with https://linde.example." in text(owner.get("/admin/mail/message/settings/"))
    assert words not in text(owner.post("/setup/staff/", {**sent, "email": "mo@linde.example"}))
    settings.PUBLIC_URL, settings.EMAIL_BACKEND = "http://127.0.0.1:8000", CONSOLE
    assert words not in text(owner.get("/setup/staff/")), "without a mail server no e-mail leaves"
