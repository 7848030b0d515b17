"""Photos of dishes: drawn again without metadata, and refused when they are too large or no photo."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes
from menu.compiled import current_menu
from menu.models import Item
from menu.photos import LARGEST_FILE, LONGEST_SIDE
from menu.tests.test_admin_menu import dish

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

ORIENTATION, MAKER, TURNED = 0x0112, 0x010F, 6
SECRET = b"Secret Camera"


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def photo(name="Soup of the day.jpg", *, size=(400, 200), kind="JPEG", mode="RGB", more=b""):
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = TURNED, SECRET.decode()
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, kind, **({"exif": exif} if kind in {"JPEG", "PNG", "WEBP"} else {}))
    return SimpleUploadedFile(name, buffer.getvalue() + more)


def save(house, **fields):
    item = house.item
    said = dish(house, name=item.name, price="10.00", prep_minutes=item.prep_minutes, **fields)
    return house.browser("manager").post(f"/admin/menu/item/{item.pk}/change/", said)


def stored():
    return default_storage.listdir("menu")[1] if default_storage.exists("menu") else []


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")]
)
def test_a_photo_is_drawn_anew_upright_and_without_metadata(house, kind, mode):
    sent = photo(kind=kind, mode=mode, more=b"<script>alert(1)</script>")
    assert SECRET in sent.read()
    sent.seek(0)
    assert save(house, image=sent).status_code == 302

    item = Item.objects.get(pk=house.item.pk)
    (name,) = stored()
    assert item.image.name == f"menu/{name}"
    assert "soup" not in name.lower()
    content = default_storage.open(item.image.name).read()
    assert SECRET not in content
    assert b"script" not in content
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.size) == ("WEBP", (200, 400))
        assert not image.getexif()
        assert "icc_profile" not in image.info
    assert current_menu(house.restaurant.pk).by_id[item.pk].image == item.image.url
    shown = house.browser("waiter").get(item.image.url)
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/webp")
    assert Event.objects.filter(restaurant=house.restaurant, type="configuration_updated").latest("seq").data


def test_a_large_photo_becomes_smaller(house):
    save(house, image=photo(size=(4000, 3000)))
    with Image.open(Item.objects.get(pk=house.item.pk).image) as image:
        assert image.size == (LONGEST_SIDE * 3 // 4, LONGEST_SIDE)


def test_a_photo_stays_until_it_is_removed(house):
    save(house, image=photo())
    kept = Item.objects.get(pk=house.item.pk).image.name
    save(house, description="Now with leek")
    assert Item.objects.get(pk=house.item.pk).image.name == kept
    save(house, **{"image-clear": "on"})
    assert Item.objects.get(pk=house.item.pk).image.name == ""


def cut_off():
    whole = photo(size=(600, 600)).read()
    return SimpleUploadedFile("soup.jpg", whole[: len(whole) // 2])


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (lambda: SimpleUploadedFile("soup.png", b"<html><script>alert(1)</script>"), "not a photo"),
        (lambda: SimpleUploadedFile("soup.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "not a photo"),
        (lambda: photo(kind="GIF"), "not a photo"),
        (cut_off, "not a photo"),
        (lambda: photo(size=(30_000, 30_000), kind="PNG", mode="1"), "not a photo|megapixels"),
        (lambda: photo(size=(5001, 5000), kind="PNG", mode="1"), "megapixels"),
        (lambda: photo(more=b"\0" * LARGEST_FILE), "at most 7 MB"),
        (lambda: SimpleUploadedFile("soup.png", b""), "empty"),
    ],
    ids=["page", "svg", "gif", "cut off", "bomb", "too many pixels", "too large", "empty"],
)
def test_what_is_no_photo_is_refused_beside_its_field(house, file, words):
    with nothing_changes():
        answer = save(house, image=file())
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    assert set(errors) == {"image"}
    assert any(word in errors["image"][0] for word in words.split("|")), errors
    assert stored() == []
