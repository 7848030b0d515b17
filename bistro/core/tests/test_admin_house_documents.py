"""The facts about a house that its documents print: legal name, address, phone, tax number, logo, footer text."""

import io
import re

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from bistro.core.models import Event, Restaurant
from bistro.core.models.logos import LARGEST_FILE, MOST_PIXELS

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

SAID = {
    "legal_name": "Linden Gastro GmbH & Co. KG",
    "address": "Unter den Linden 1\r\n10117 Berlin",
    "phone": "+49 30 123456",
    "tax_number": "DE 123 456 789",
    "footer_text": "Vielen Dank!\r\nAuf Wiedersehen",
}


def picture(name="logo.png", *, size=(200, 80), kind="PNG", more=b""):
    buffer = io.BytesIO()
    Image.new("RGB", size).save(buffer, kind)
    return SimpleUploadedFile(name, buffer.getvalue() + more)


def change(house, role="owner", **fields):
    body = {
        "language": "en",
        "name": house.restaurant.name, "currency": "EUR", "locale": "en_IE", "timezone": "UTC", "day_ends_at": "04:00",
        "tax_mode": "inclusive", "rounding_level": "document", "rounding_mode": "half_up",
        "soon_seconds": "300", "late_seconds": "600", "tablet_idle_minutes": "5", **fields,
    }  # fmt: skip
    return house.browser(role).post(f"/admin/core/restaurant/{house.restaurant.pk}/change/", body)


def refused_field(house, **fields):
    """Return the fields that the form refuses, after a check that nothing was stored."""
    before = Restaurant.objects.values().get(pk=house.restaurant.pk)
    files = default_storage.listdir("logos")[1] if default_storage.exists("logos") else []
    answer = change(house, **fields)
    assert answer.status_code == 200
    assert Restaurant.objects.values().get(pk=house.restaurant.pk) == before
    assert (default_storage.listdir("logos")[1] if default_storage.exists("logos") else []) == files
    return set(answer.context["adminform"].form.errors)


def test_a_manager_writes_them(house, other_house):
    assert change(house, "manager", **SAID, logo=picture("Our Logo.PNG")).status_code == 302
    here = Restaurant.objects.get(pk=house.restaurant.pk)
    assert here.legal_name == SAID["legal_name"]
    assert here.address == "Unter den Linden 1\n10117 Berlin"
    assert (here.phone, here.tax_number) == (SAID["phone"], SAID["tax_number"])
    assert here.footer_text == "Vielen Dank!\nAuf Wiedersehen"
    assert re.fullmatch(r"logos/[0-9a-f]{32}\.webp", here.logo.name)
    assert Image.open(here.logo).size == (200, 80)
    assert here.history.first().legal_name == SAID["legal_name"]
    logged = Event.objects.filter(restaurant=here, type="configuration_updated", action="changed").latest("seq")
    assert '"tax_number":{"before":"","after":"DE 123 456 789"}' in logged.data
    other = Restaurant.objects.get(pk=other_house.restaurant.pk)
    assert (other.legal_name, other.logo.name) == ("", "")


def test_invisible_characters_leave_and_joiners_stay(house):
    assert change(house, legal_name=" چلو\u200cکباب\u202e ", address="a\u200b\nb", phone="030 1234").status_code == 302
    here = Restaurant.objects.get(pk=house.restaurant.pk)
    assert (here.legal_name, here.address) == ("چلو\u200cکباب", "a\nb")


def test_a_logo_is_replaced_and_removed(house, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        change(house, logo=picture())
        first = Restaurant.objects.get(pk=house.restaurant.pk).logo.name
        change(house, logo=picture("second.jpg", kind="JPEG"))
    second = Restaurant.objects.get(pk=house.restaurant.pk).logo.name
    assert first != second
    assert not default_storage.exists(first)
    assert default_storage.exists(second)
    with django_capture_on_commit_callbacks(execute=True):
        change(house, **{"logo-clear": "on"})
    assert Restaurant.objects.get(pk=house.restaurant.pk).logo.name == ""
    assert not default_storage.exists(second)


def test_a_logo_is_drawn_again_without_metadata(house):
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    buffer = io.BytesIO()
    Image.new("RGB", (200, 80)).save(buffer, "JPEG", exif=exif)
    change(house, logo=SimpleUploadedFile("logo.jpg", buffer.getvalue() + b"<script>alert(1)</script>"))
    stored = Restaurant.objects.get(pk=house.restaurant.pk).logo.open().read()
    assert b"Secret" in buffer.getvalue()
    assert b"Secret" not in stored
    assert b"script" not in stored


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("logo.png", b"<script>alert(1)</script>"),
        SimpleUploadedFile("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        picture("logo.gif", kind="GIF"),
        picture(size=(MOST_PIXELS + 1, 10)),
        picture(more=b"\0" * LARGEST_FILE),
    ],
    ids=["no image", "svg", "gif", "too many pixels", "too large"],
)
def test_a_logo_is_a_small_image_that_can_be_printed(house, file):
    file.seek(0)
    assert refused_field(house, logo=file) == {"logo"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "call us"),
        ("phone", "1" * 41),
        ("legal_name", "x" * 201),
        ("address", "x" * 401),
        ("tax_number", "1" * 41),
        ("footer_text", "x" * 401),
        ("locale", "de-DE"),
        ("locale", "xx_YY"),
    ],
)
def test_refusals(house, field, value):
    assert refused_field(house, **{field: value}) == {field}


def test_a_waiter_changes_nothing(house):
    answer = change(house, "waiter", legal_name="Mine")
    assert answer.status_code in (302, 403)
    assert Restaurant.objects.get(pk=house.restaurant.pk).legal_name == ""
