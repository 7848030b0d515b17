"""Photos of dishes: re-encoded without metadata, and refused when they are too large or no photo."""

import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from bistro.core.kernel.images import LONGEST_SIDE
from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes
from menu.compiled import current_menu
from menu.models import Item
from menu.photos import LARGEST_FILE, MEGABYTE
from menu.tests.factories import ItemFactory
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
    said = dish(house, **{"name": item.name, "price": "10.00", "prep_minutes": item.prep_minutes, **fields})
    return house.browser("manager").post(f"/admin/menu/item/{item.pk}/change/", said)


def stored(house):
    folder = f"menu/{house.restaurant.pk}"
    return default_storage.listdir(folder)[1] if default_storage.exists(folder) else []


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")]
)
def test_a_photo_is_drawn_anew_upright_and_without_metadata(house, kind, mode):
    sent = photo(kind=kind, mode=mode, more=b"<script>alert(1)</script>")
    assert SECRET in sent.read()
    sent.seek(0)
    assert save(house, image=sent).status_code == 302

    item = Item.objects.get(pk=house.item.pk)
    (name,) = stored(house)
    assert item.image.name == f"menu/{house.restaurant.pk}/{name}"
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


@pytest.fixture
def save_committed(house, django_capture_on_commit_callbacks):
    """Return `save` with what follows the commit."""

    def save_committed(**fields):
        with django_capture_on_commit_callbacks(execute=True):
            return save(house, **fields)

    return save_committed


def test_a_photo_stays_until_it_is_removed(house, save_committed):
    save_committed(image=photo())
    kept = Item.objects.get(pk=house.item.pk).image.name
    page = house.browser("manager").get(f"/admin/menu/item/{house.item.pk}/change/").content.decode()
    assert f'<img class="block rounded-default" src="/media/{kept}"' in page
    save_committed(description="Now with leek")
    assert Item.objects.get(pk=house.item.pk).image.name == kept
    assert default_storage.exists(kept)
    save_committed(**{"image-clear": "on"})
    assert Item.objects.get(pk=house.item.pk).image.name == ""
    assert stored(house) == []


def test_a_replaced_photo_leaves_the_disk_and_a_shared_one_stays(house, save_committed):
    save_committed(image=photo())
    shared = Item.objects.get(pk=house.item.pk).image.name
    copy = ItemFactory(restaurant=house.restaurant, image=shared)  # as the copy of a restaurant has it
    save_committed(image=photo())
    second = Item.objects.get(pk=house.item.pk).image.name
    assert set(stored(house)) == {name.rpartition("/")[2] for name in (shared, second)}
    copy.image = ""
    copy.save()
    save_committed(image=photo())
    third = Item.objects.get(pk=house.item.pk).image.name
    assert set(stored(house)) == {name.rpartition("/")[2] for name in (shared, third)}  # no form replaced the first one


def test_a_refused_form_keeps_the_photo(house, save_committed):
    save_committed(image=photo())
    kept = Item.objects.get(pk=house.item.pk).image.name
    with nothing_changes():
        assert save_committed(image=photo(), name="").status_code == 200
    assert stored(house) == [kept.rpartition("/")[2]]


def noise():
    buffer = io.BytesIO()
    Image.effect_noise((900, 900), 90).save(buffer, "PNG")
    return SimpleUploadedFile("noise.png", buffer.getvalue())


def test_the_photos_of_a_restaurant_have_a_limit(house, other_house, save_committed, settings):
    settings.PHOTOS_MEGABYTES = 1
    save_committed(image=photo())
    first = Item.objects.get(pk=house.item.pk).image.name
    another = f"menu/{house.restaurant.pk}/another.webp"
    default_storage.save(another, ContentFile(b"x" * (MEGABYTE - 90_000)))
    beside = house.add_item()
    Item.objects.filter(pk=beside.pk).update(image=another)
    with nothing_changes():
        answer = save_committed(image=noise())
    assert answer.context["adminform"].form.errors["image"].as_data()[0].code == "photos_full"
    assert "fill their 1 MB" in answer.content.decode()
    assert first.rpartition("/")[2] in stored(house)
    assert len(stored(house)) == 2
    assert save(other_house, image=noise()).status_code == 302  # the limit is that of one restaurant
    Item.objects.filter(pk=beside.pk).update(image="")  # a file that no dish names does not count
    assert save_committed(image=noise()).status_code == 302


def test_a_replaced_photo_makes_room_for_its_successor(house, save_committed, settings):
    settings.PHOTOS_MEGABYTES = 1
    for _turn in range(4):
        assert save_committed(image=noise()).status_code == 302
    (name,) = stored(house)
    assert default_storage.size(f"menu/{house.restaurant.pk}/{name}") > MEGABYTE / 4, "four would not fit"


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
    assert stored(house) == []
