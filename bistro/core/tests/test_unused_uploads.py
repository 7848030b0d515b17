"""Uploaded files that no row names leave the disk after a week. Those that a row names stay."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from bistro.core.services import uploads
from bistro.core.tests.factories import RestaurantFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _empty_folder(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(uploads, "_due", None)


def stored(name, *, days):
    """Store a file that is some days old."""
    default_storage.save(name, ContentFile(b"image"))
    at = (NOW - timedelta(days=days)).timestamp()
    os.utime(default_storage.path(name), (at, at))
    return name


def test_old_files_that_nothing_names_are_removed():
    used = stored("logos/used.webp", days=400)
    RestaurantFactory(logo=used)
    old, new = stored("menu/1/old.webp", days=8), stored("menu/1/new.webp", days=6)
    other = stored("elsewhere/old.webp", days=400)
    assert uploads.remove_unused_uploads(now=NOW) == 1
    assert [default_storage.exists(name) for name in (used, old, new, other)] == [True, False, True, True]


def test_once_a_day():
    RestaurantFactory(logo=stored("logos/used.webp", days=1))
    uploads.remove_unused_uploads(now=NOW)
    stored("menu/1/old.webp", days=8)
    assert uploads.remove_unused_uploads(now=NOW + timedelta(hours=23)) == 0
    assert uploads.remove_unused_uploads(now=NOW + timedelta(days=1)) == 1


def test_a_file_that_another_process_removes_meanwhile_stops_nothing(monkeypatch):
    RestaurantFactory(logo=stored("logos/used.webp", days=1))
    gone, old = stored("menu/1/gone.webp", days=8), stored("menu/1/old.webp", days=8)
    names = uploads.names_in_use

    def in_use():
        default_storage.delete(gone)
        return names()

    monkeypatch.setattr(uploads, "names_in_use", in_use)
    assert uploads.remove_unused_uploads(now=NOW) == 1
    assert not default_storage.exists(old)


def test_a_sweep_that_fails_is_done_again(monkeypatch):
    RestaurantFactory(logo=stored("logos/used.webp", days=1))
    stored("menu/1/old.webp", days=8)
    with monkeypatch.context() as patched:
        patched.setattr(uploads, "names_in_use", raising)
        with pytest.raises(OSError, match="does not answer"):
            uploads.remove_unused_uploads(now=NOW)
    assert uploads.remove_unused_uploads(now=NOW) == 1


def raising():
    raise OSError("The disk does not answer.")


def test_files_of_another_database_stay():
    RestaurantFactory(logo="logos/of_this_database.webp")
    old = stored("menu/1/old.webp", days=400)
    assert uploads.remove_unused_uploads(now=NOW) == 0
    assert default_storage.exists(old)
