"""Uploaded images have an address. Nothing else in the folder of uploads has one."""

import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def png():
    out = io.BytesIO()
    Image.new("RGB", (2, 2)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def stored(settings, tmp_path):
    """Return a function that stores bytes in the folder of uploads and returns their address."""
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "secret.png").write_bytes(b"secret")

    def stored(name, content):
        return f"/media/{default_storage.save(name, ContentFile(content))}"

    return stored


@pytest.mark.parametrize("folder", ["menu", "logos"])
def test_an_image_is_shown_to_everybody_and_runs_nothing(client, stored, folder):
    response = client.get(stored(f"{folder}/soup.png", png()))
    assert (response.status_code, response.content) == (200, png())
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "public, max-age=86400"
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("device", ["pad", "integration"])
def test_a_dish_tells_the_address_of_its_photo(house, stored, device):
    stored("menu/soup.png", png())
    house.item.image = "menu/soup.png"
    house.item.save()
    (category,) = house.api(device).get("/api/v1/menu").json()["categories"]
    (dish,) = category["items"]
    assert house.api(device).client.get(dish["image"]).content == png()


@pytest.mark.parametrize("name", ["menu/page.html", "menu/soup.svg", "menu/soup", "other/soup.png", "menu/soup.png.gz"])
def test_other_files_have_no_address(client, stored, name):
    assert client.get(stored(name, png())).status_code == 404


@pytest.mark.parametrize(
    "path", ["menu/none.png", "menu/", "", "../secret.png", "menu/../../secret.png", "menu//secret.png", "menu/%00.png"]
)
def test_what_is_not_there_is_not_found(client, stored, path):
    stored("menu/soup.png", png())
    assert client.get(f"/media/{path}").status_code == 404


def test_an_image_is_only_read(client, stored):
    assert client.post(stored("menu/soup.png", png())).status_code == 405
