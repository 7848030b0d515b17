"""The rows of a restaurant's menu, as the import reads them."""

from collections.abc import Iterator

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from menu.files.cells import cells_of, items_with_all
from menu.files.headers import COLUMNS, TRANSLATION_COLUMNS
from menu.files.writing import as_csv, as_workbook
from menu.models import Item


def export_menu(actor: Actor, file_format: str) -> bytes:
    """Return the dishes that are not archived as a file, `csv` or `xlsx`.

    Raises DomainError for a text that is too long for a workbook.
    """
    write = as_workbook if file_format == "xlsx" else as_csv
    dishes = list(menu_cells(actor))
    columns = [*COLUMNS, *(column for column in TRANSLATION_COLUMNS if any(column in cells for cells in dishes))]
    return write([[cells.get(column, "") for column in columns] for cells in dishes], columns)


def menu_cells(actor: Actor) -> Iterator[dict[str, str]]:
    """Yield the texts of each dish in the order of the menu, in a constant number of queries."""
    currency = restaurant_of(actor).currency
    rows = items_with_all(Item.objects.visible_to(actor).not_archived())
    for item in rows.order_by("category__position", "category_id", "position", "pk"):
        yield cells_of(item, currency)
