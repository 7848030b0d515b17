"""The alarm for a late backup, on the floor plan and on the managers' front page."""

from django.utils import timezone
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.ops.backups import STARTED, backup_state
from orders.floor.alarms import BACKUP, Alarm


def backup_alarms(actor: Actor) -> list[Alarm]:
    """Return one alarm while backups are late. Costs no query."""
    state = backup_state(timezone.now())
    if not state.late:
        return []
    what = gettext("The last backup is late.") if state.at else gettext("No backup was made yet.")
    text = f"{what} {gettext('Tell the owner: orders would be lost with this computer.')}"
    return [Alarm(id="backup-late", table_name="", text=text, since=state.at or STARTED, url="", cause=BACKUP)]
