"""Steps of units of work that set up the floor. The caller holds the unit of work."""

from bistro.core.kernel.errors import InvalidInput
from bistro.core.writing.unit_of_work import require_transaction
from tables.models import Pad, Party, Table


def refuse_if_in_use(table: Table) -> None:
    """Refuse to archive a table with seated guests or a pad. Raises InvalidInput."""
    require_transaction()
    if Party.objects.of_restaurant(table.restaurant_id).seated().filter(table=table).exists():
        raise InvalidInput(f"{table}: guests are seated. Clear the table first.", code="table_in_use")
    if Pad.objects.of_restaurant(table.restaurant_id).filter(table=table, device__revoked_at=None).exists():
        raise InvalidInput(f"{table}: a pad is placed there. Move or revoke the pad first.", code="table_in_use")
