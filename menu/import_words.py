"""The columns of an import in the language of the page."""

from django.utils.translation import gettext_lazy as _

_WORDS = {
    "category": _("category"),
    "course": _("course"),
    "name": _("name"),
    "description": _("description"),
    "price": _("price"),
    "tax": _("tax"),
    "tax_take_away": _("tax take away"),
    "station": _("station"),
    "prep_minutes": _("prep minutes"),
    "allergens": _("allergens"),
    "may_contain": _("may contain"),
    "free_of": _("free of"),
    "diets": _("diets"),
    "popular": _("popular"),
    "available": _("available"),
    "portions_left": _("portions left"),
    "options": _("options"),
    "variant": _("variant (second half of the name)"),
}


def words_of(column: str) -> str:
    """Return the name of a column for people: `price`, `name (fr)`. A column of another system keeps its name."""
    of, _colon, language = column.partition(":")
    if of not in _WORDS:
        return column
    return f"{_WORDS[of]} ({language})" if language else str(_WORDS[of])
