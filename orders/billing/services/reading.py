"""Parts of the services that let guests pay at a card reader: which one, and one payment at a time."""

from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace
from orders.billing.models import CardReader, Payment
from orders.billing.providers import provider
from orders.billing.services.tenders import Tender
from orders.billing.transitions import RESERVING, Method


def require_ready(*, tender: Tender) -> None:
    """Refuse a payment at a reader that this installation cannot drive. Raises ProviderMissing."""
    if tender.method == Method.READER:
        provider(tender.method).require_ready()


def require_reader(*, tender: Tender, actor: Actor) -> None:
    """Refuse an unknown reader, and one that waits for another card. A constraint decides between two at one moment.

    Raises InvalidInput (`reader_not_found`), LostRace (`reader_busy`).
    """
    readers = CardReader.objects.visible_to(None if actor.is_guest else actor)
    reader = readers.filter(pk=tender.reader_id or 0, off=False).first()
    if reader is None:
        message = _("Choose a card reader.")
        raise InvalidInput(message, code="reader_not_found", fields={"reader": [message]})
    if Payment.objects.filter(reader=reader, status__in=RESERVING).exists():
        message = _("%(reader)s waits for another card. Cancel that payment first.") % {"reader": reader.name}
        raise LostRace(message, code="reader_busy")
