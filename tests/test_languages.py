"""The languages of the pages: complete catalogues, and whose choice a page or a push follows."""

import gettext
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import get_language, override
from django.utils.translation.template import templatize

from bistro.core.kernel.languages import languages
from bistro.core.live import event_log
from bistro.core.models import Restaurant, Staff
from bistro.core.web.script_words import script_words
from orders.floor.live import FloorView

ROOT = settings.BASE_DIR
FOLDERS = ("bistro", "kitchen", "menu", "orders", "tables")
KEYWORDS = {**DEFAULT_KEYWORDS, "gettext_lazy": None, "ngettext_lazy": (1, 2), "pgettext_lazy": ((1, "c"), 2)}
TRANSLATED = [code for code, _name in languages() if code != "en"]


def catalogue(code):
    with (ROOT / "locale" / code / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=code)


def sources():
    """Yield the path and the code of each file with texts, templates as Django reads them."""
    for path in (ROOT / "templates").rglob("*.html"):
        yield path, f"({templatize(path.read_text(), origin=str(path))})"  # in brackets, because lines are indented
    for path in (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        if "tests" not in path.parts and "gettext" in (code := path.read_text()):
            yield path, code


def names_in(text) -> set[str]:
    """Return the placeholders of a text; those of both forms if it has a plural."""
    return set(re.findall(r"%\(\w+\)[sd]|{\w+}", "".join(text)))


def texts_of(path: Path, code: str):
    for _line, found, _comments, context in extract("python", BytesIO(code.encode()), KEYWORDS):
        yield (found[0] if isinstance(found, tuple) else found, context), path.name


@pytest.mark.database_agnostic
@pytest.mark.parametrize("code", TRANSLATED)
def test_every_text_is_translated(code):
    known = catalogue(code)
    asked = dict(text for path, source in sources() for text in texts_of(path, source) if text[0][0])
    assert {text: file for text, file in asked.items() if known.get(*text) is None} == {}, "docs/languages.md says how"
    for message in filter(lambda each: each.id, known):
        words = message.string if message.pluralizable else (message.string,)
        assert all(words), message.id
        assert not message.fuzzy, message.id
        assert names_in(words) == names_in(message.id), message.id


@pytest.mark.database_agnostic
@pytest.mark.parametrize("code", TRANSLATED)
def test_compiled_texts_are_those_of_the_catalogue(code):
    compiled = BytesIO()
    write_mo(compiled, catalogue(code))
    compiled.seek(0)
    with (ROOT / "locale" / code / "LC_MESSAGES" / "django.mo").open("rb") as file:
        kept, wanted = gettext.GNUTranslations(file)._catalog, gettext.GNUTranslations(compiled)._catalog
    assert {**kept, "": ""} == {**wanted, "": ""}, "run manage.py compilemessages"


@pytest.mark.database_agnostic
def test_scripts_show_listed_texts_only():
    scripts = {path.name: path.read_text() for path in (ROOT / "static" / "js").glob("*.js")}
    used = {text for code in scripts.values() for text in re.findall(r'\bword\(\s*"([^"]+)"', code)}
    with override("de"):
        words = script_words()
    assert used == set(words["texts"]), "bistro/core/web/script_words.py lists the texts of word() in scripts"
    assert words["refusals"]["413"] == "Zu viel auf einmal."
    shown = re.compile(r"""(?:\bsay\(|textContent = |showStale\()[`"][A-Z][^`"$]*[a-z] """)
    assert {
        name: found
        for name, code in scripts.items()
        if not name.startswith("order-") and (found := shown.findall(code))
    } == {}
    with override("en"):
        assert script_words()["texts"] == {}


def page_of(house, path, role="waiter"):
    answer = house.browser(role).get(path, headers={"accept": "text/html", "accept-language": "fr"})
    assert answer.status_code == 200
    assert get_language() == "en"  # the thread answers the next request
    return answer.content.decode()


def pushed(house, language=""):
    view = FloorView(house.restaurant.pk, replace(house.actor("waiter"), language=language))
    (frame,) = view.snapshot(event_log.position(house.restaurant.pk))
    return view.key, frame.text


def test_pages_and_pushes_follow_the_restaurant_and_then_the_person(house):
    assert '<html lang="en"' in (page := page_of(house, "/floor/"))
    assert "Too much at once." in page
    Restaurant.objects.update(language="de")
    page = page_of(house, "/floor/")
    assert '<html lang="de"' in page
    assert "Braucht jemanden" in page
    assert "Needs attention" not in page
    assert "Zu viel auf einmal." in page
    key, text = pushed(house)
    assert key == f"floor:{house.restaurant.pk}"
    assert "Braucht jemanden" in text
    key, text = pushed(house, "en")
    assert key == f"floor:{house.restaurant.pk}:en"
    assert "Needs attention" in text
    assert "Braucht jemanden" not in text
    Staff.objects.update(language="en")
    page = page_of(house, "/floor/")
    assert '<html lang="en"' in page
    assert "Needs attention" in page
    assert '<html lang="de"' in page_of(house, "/kitchen/", "kitchen")  # a board is the same for everybody


def test_a_person_chooses_a_language_under_me(house):
    browser, waiter = house.browser("waiter"), house.staff("waiter")
    assert browser.post("/me/language/", {"language": "de"}).status_code == 302
    page = browser.get("/me/").content.decode()
    assert "Die Sprache ist gespeichert." in page
    assert '<option value="de" lang="de" selected>' in page
    refused = browser.post("/me/language/", {"language": "tlh"})
    assert refused.status_code == 422
    assert 'id="language-problem"' in refused.content.decode()
    waiter.refresh_from_db()
    assert waiter.language == "de"
    browser.post("/me/language/", {"language": ""})
    assert "Your language is saved." in browser.get("/me/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "found"), [("de-AT,en;q=0.5", "de"), ("fr", "en"), ("", "en")])
def test_a_page_without_a_person_is_in_the_language_of_the_browser(client, asked, found):
    page = client.get("/login/", headers={"accept-language": asked}).content.decode()
    assert f'<html lang="{found}"' in page
    assert ("Passwort" in page) == (found == "de")
