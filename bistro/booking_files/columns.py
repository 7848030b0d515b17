"""The columns of a file of bookings: by the names that people and other systems give them, or by a person's mapping."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from menu.files.headers import header_key
from menu.files.sheet import FileRefused, Row, Sheet

REFERENCE, DATE, TIME, STARTS, SIZE = "reference", "date", "time", "starts", "size"
NAME, FIRST, LAST = "name", "first_name", "last_name"
# OpenTable, Resy and TheFork publish no list of the columns of their exports, so these are the usual words.
_NAMES: dict[str, tuple[str, ...]] = {
    REFERENCE: ("reservation id", "booking id", "confirmation", "confirmation number", "confirmation #", "id",
                "resy id"),
    DATE: ("visit date", "reservation date", "booking date", "meal date", "datum", "jour", "fecha"),
    TIME: ("visit time", "reservation time", "booking time", "arrival time", "meal time", "zeit", "uhrzeit", "heure",
           "hora"),
    STARTS: ("start", "starts at", "date time", "datetime", "reservation datetime", "scheduled time"),
    SIZE: ("party size", "guests", "covers", "number of guests", "pax", "people", "seats", "personen", "gäste",
           "couverts", "personas"),
    NAME: ("guest", "guest name", "full name", "customer", "customer name", "client", "gast", "nom complet", "nombre"),
    FIRST: ("first name", "guest first name", "given name", "vorname", "prénom"),
    LAST: ("last name", "guest last name", "surname", "family name", "nachname", "nom", "apellido"),
    "phone": ("phone number", "guest phone", "mobile", "telephone", "telefon", "téléphone", "teléfono"),
    "email": ("e-mail", "email address", "guest email", "mail", "correo"),
    "notes": ("note", "guest notes", "visit notes", "reservation notes", "guest requests", "special requests",
              "comment", "comments", "notizen", "remarques", "notas"),
    "occasion": ("special occasion", "anlass"),
    "status": ("reservation status", "booking status", "state", "statut", "estado"),
}  # fmt: skip
FIELDS = tuple(_NAMES)
_KNOWN = {
    header_key(name): field for field, names in _NAMES.items() for name in (field, field.replace("_", " "), *names)
}
_HEADER_WITHIN = 20  # rows from the top


@dataclass(frozen=True, slots=True)
class Columns:
    """The meaning of the columns of a file: {field: column}."""

    header: Row
    at: Mapping[str, int]
    ignored: Sequence[str]

    def text(self, row: Row, field: str) -> str:
        """Return what a row says in a field, "" without such a column."""
        return row.cell(self.at[field]).text.strip() if field in self.at else ""


def map_columns(sheet: Sheet, mapping: Mapping[str, str]) -> Columns:
    """Return the columns of a file. `mapping` is {header: field} of a person, "" to ignore a column.

    Raises FileRefused if a header or field of the mapping does not exist, or if the file lacks what a booking needs.
    """
    wanted = {header_key(header): field for header, field in mapping.items()}
    header = max(sheet.rows[:_HEADER_WITHIN], key=lambda row: sum(_known(text, wanted) for text in row.texts))
    keys = [header_key(text) for text in header.texts]
    for key, field in wanted.items():
        if key not in keys:
            raise FileRefused(gettext("The file has no column “%(name)s”.") % {"name": key})
        if field and field not in FIELDS:
            names = {"field": field, "names": ", ".join(FIELDS)}
            raise FileRefused(gettext("“%(field)s” is no column of a booking. Use %(names)s.") % names)
    at: dict[str, int] = {}
    for source in (wanted, {key: field for key, field in _KNOWN.items() if key not in wanted}):
        for column, key in enumerate(keys):
            field = source.get(key, "")
            if field:
                at.setdefault(field, column)
    _require(at, header)
    ignored = [text for column, text in enumerate(header.texts) if text and column not in at.values()]
    return Columns(header, at, ignored)


def _known(text: str, wanted: Mapping[str, str]) -> bool:
    return header_key(text) in wanted or header_key(text) in _KNOWN


def _require(at: Mapping[str, int], header: Row) -> None:
    lacking = [field for field in (SIZE,) if field not in at]
    if STARTS not in at and not {DATE, TIME} <= set(at):
        lacking.append(f"{STARTS} ({DATE}, {TIME})")
    if NAME not in at and LAST not in at:
        lacking.append(NAME)
    if lacking:
        names = {"lacking": ", ".join(lacking), "known": ", ".join(filter(None, header.texts))}
        raise FileRefused(gettext("The file lacks: %(lacking)s. Its columns are %(known)s. Map them.") % names)
