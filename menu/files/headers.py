"""The columns that an import understands, and the names that people and other systems give them."""

from __future__ import annotations

import re
import unicodedata

from menu.translations import MENU_LANGUAGES

REQUIRED = ("category", "name", "price")
COLUMNS = (
    "category",
    "course",
    "name",
    "description",
    "price",
    "tax",
    "tax_take_away",
    "prep_minutes",
    "allergens",
    "may_contain",
    "free_of",
    "diets",
    "popular",
    "available",
    "portions_left",
    "options",
)
# Read, but not written: the second half of a name, as in “Latte” and “Large”.
VARIANT = "variant"
# Read, but not written: the names of the stations that make a dish. Routes belong to the kitchen.
STATION = "station"
# Texts in other languages: `name:fr`. The export writes those that the menu has.
TRANSLATION_COLUMNS = tuple(
    f"{field}:{language}" for language in MENU_LANGUAGES for field in ("category", "name", "description", "options")
)
FIELDS = (*COLUMNS, VARIANT, STATION, *TRANSLATION_COLUMNS)

_SYNONYMS: dict[str, tuple[str, ...]] = {
    "category": (
        "category name", "categories", "menu group", "group", "section", "menu section", "department",
        "kategorie", "warengruppe", "gruppe", "rubrik", "catégorie", "rubrique", "categoría", "categoria", "categorie",
        "point of sale category", "pos category", "product category",
    ),
    "course": ("course number", "courses", "gang", "gänge", "speisenfolge", "gangfolge"),
    "name": (
        "item", "item name", "dish", "dish name", "product", "product name", "menu item", "title", "article",
        "artikel", "artikelname", "gericht", "speise", "bezeichnung", "produkt", "nom", "plat", "produit", "nombre",
        "plato", "producto", "artículo", "nome", "piatto", "prodotto", "articolo", "naam", "gerecht", "produto",
    ),
    "variant": ("variation name", "variation"),
    "station": (
        "stations", "kitchen station", "prep station", "posten", "küchenposten", "zubereitungsort", "poste",
        "bondrucker", "küchendrucker", "kitchen printer",
    ),
    "description": ("details", "beschreibung", "descripción", "descrizione", "omschrijving", "descrição"),
    "price": (
        "sales price", "sale price", "selling price", "base price", "unit price", "default price", "retail price",
        "list price", "preis", "verkaufspreis", "vk", "vk preis", "vk brutto", "bruttopreis",
        "einzelpreis", "prix", "precio", "prezzo", "prijs",
        "preço",
    ),
    "tax": (
        "tax rate", "tax %", "taxes", "vat", "vat rate", "vat %", "gst", "sales tax", "mwst", "mwst %", "ust", "ust %",
        "steuer", "steuersatz", "mwst satz", "mwst kennz", "mwst kz", "mwst kennzeichen", "mwst schlüssel", "ust satz",
        "steuerkennzeichen", "steuerschlüssel", "steuergruppe", "tax code", "tax class", "tax group",
        "tva", "taux tva", "iva", "iva %", "btw", "btw %",
    ),
    "tax_take_away": ("takeaway tax", "take away tax", "tax takeaway", "mwst außer haus", "steuer außer haus"),
    "prep_minutes": ("preparation minutes", "prep time", "preparation time", "zubereitungszeit"),
    "allergens": ("contains", "allergen", "allergies", "allergene", "allergènes", "alérgenos", "allergeni"),
    "may_contain": ("traces", "traces of", "spuren", "kann enthalten", "kann spuren enthalten"),
    "free_of": ("free from", "frei von"),
    "diets": ("diet", "dietary"),
    "popular": ("favourite", "favorite", "bestseller"),
    "available": ("on the menu", "active"),
    "portions_left": ("portions", "stock"),
    "options": ("modifiers", "modifier groups", "choices"),
}  # fmt: skip


LONGEST_HEADER = 100
# The unit at the end of a header: (€), [EUR], in EUR, in %.
_UNIT = re.compile(r"\s*(?:[(\[]\s*(?:[A-Z]{3}|[€$£¥%])\s*[)\]]|\bin\s+(?:[A-Z]{3}|Euro|[€$£¥%]))\s*$")


def header_key(header: str) -> str:
    """Return the form in which headers are compared: without case, punctuation and doubled spaces."""
    text = unicodedata.normalize("NFC", header).casefold()
    return " ".join(re.sub(r"[_\-./()\[\]:*\s]+", " ", text).split())


_BY_KEY = {header_key(name): field for field, names in _SYNONYMS.items() for name in names}
_BY_KEY |= {header_key(field): field for field in FIELDS}


def field_of(header: str) -> str | None:
    """Return the field that a header names in any of the languages, or None: `Preis`, `Price (EUR)`, `VAT in %`."""
    if len(header) > LONGEST_HEADER:
        return None
    return _BY_KEY.get(header_key(header)) or _BY_KEY.get(header_key(_UNIT.sub("", header)))


def is_own(header: str) -> bool:
    """Return whether a header is a column's own name, which wins over its synonyms."""
    return header_key(header) in {header_key(field) for field in FIELDS}
