"""The page that translates the whole menu into a language, saved as one unit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from unfold.widgets import INPUT_CLASSES

from bistro.core.admin.base import TenantAdmin, manager_of
from bistro.core.admin.pages import form_page
from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.errors import DomainError, LostRace
from bistro.core.models import Restaurant
from menu import services
from menu.translation_forms import LONGEST, RIGHT_TO_LEFT
from menu.translation_texts import Text, menu_texts, missing
from menu.translations import other_languages

ON_A_PAGE = 80  # texts, so that the page stays small


def languages_page(admin: TenantAdmin, request: HttpRequest) -> HttpResponse:
    """Show the texts of the menu beside their translations, or save those that were typed."""
    actor = manager_of(request)
    house = restaurant_of(actor)
    language = _language_in(request, house)
    if request.method != "POST":
        return _page(admin, request, house, language)
    typed = {name: request.POST[name][:LONGEST] for name in request.POST if "." in name}
    seen = _seen(request.POST)
    try:
        # The service refuses a language that is not offered (any more): its texts must not become another one's.
        asked = request.GET.get("language", language)
        count = services.translate_menu(language=asked, texts=typed, seen=seen, actor=actor)
    except DomainError as refusal:
        page = _page(admin, request, house, language, typed=typed, refusal=refusal)
        page.status_code = refusal.status
        return page
    words = ngettext("%(count)s text is saved.", "%(count)s texts are saved.", count) % {"count": count}
    admin.message_user(request, words, messages.SUCCESS)
    return redirect(request.get_full_path())


def _language_in(request: HttpRequest, house: Restaurant) -> str:
    """Return the language of the address, or the first one that the menu can have."""
    languages = other_languages(house.language)
    asked = request.GET.get("language", "")
    return asked if asked in languages else next(iter(languages))


def _page(
    admin: TenantAdmin,
    request: HttpRequest,
    house: Restaurant,
    language: str,
    *,
    typed: Mapping[str, str] | None = None,
    refusal: DomainError | None = None,
) -> HttpResponse:
    """Return a page of texts, with what was typed after a refusal."""
    languages = other_languages(house.language)
    texts = menu_texts(house.pk, language)
    only_missing = "missing" in request.GET
    shown = missing(texts) if only_missing else texts
    if typed is not None:
        shown = [text for text in texts if text.key in typed]
    page = Paginator(shown, len(shown) or 1 if typed is not None else ON_A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "languages": [(code, name, _query(code, only_missing)) for code, name in languages.items()],
        "language": language,
        "language_name": languages[language],
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "rows": [_row(text, typed or {}, refusal) for text in page],
        "seen": json.dumps({text.key: text.translation for text in page if text.translation}, ensure_ascii=False),
        "page": page,
        "done": len(texts) - len(missing(texts)),
        "all": len(texts),
        "only_missing": only_missing,
        "switch": _query(language, not only_missing),
        "here": _query(language, only_missing),
        "refusal": refusal.message if refusal else "",
        "css": " ".join(INPUT_CLASSES),
        "longest": LONGEST,
    }
    return form_page(admin, request, title=gettext("Translations"), template="admin/menu/languages.html", **context)


def _row(text: Text, typed: Mapping[str, str], refusal: DomainError | None) -> dict[str, Any]:
    """Return a text with what was typed and what is wrong with it."""
    fields = refusal.fields if refusal is not None and refusal.fields else {}
    problem = " ".join(str(each) for each in fields.get(text.key, ()))
    if text.key in fields and isinstance(refusal, LostRace):
        problem = gettext("Now: %(text)s") % {"text": problem or "–"}
    return {"text": text, "value": typed.get(text.key, text.translation), "problem": problem}


def _query(language: str, only_missing: bool) -> str:
    return "?" + urlencode({"language": language, **({"missing": "1"} if only_missing else {})})


def _seen(sent: QueryDict) -> dict[str, str]:
    """Return {key: translation} that the page showed; nothing for nonsense."""
    try:
        found = json.loads(sent.get("seen", ""))
        return {str(key): text for key, text in found.items() if isinstance(text, str)}
    except (ValueError, AttributeError, RecursionError):
        return {}
