"""The services that hand a document to the guests: print and e-mail."""

from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.documents.models import Copy
from orders.documents.steps import count_copy


def print_document(*, document_id: int, actor: Actor) -> Copy:
    """Count a print of a document. From the second on it is a copy, and says so.

    Locks: the document. Raises NotYours, NotPermitted.
    """
    return _hand_out(document_id, "", actor)


def mail_document(*, document_id: int, email: str, actor: Actor) -> Copy:
    """Send the link of a document by e-mail.

    Locks: the document. Raises NotYours, NotPermitted, InvalidInput for a bad address.
    """
    if not email.strip():
        message = _("Type an e-mail address.")
        raise InvalidInput(message, fields={"email": [message]})
    return _hand_out(document_id, email.strip(), actor)


def _hand_out(document_id: int, email: str, actor: Actor) -> Copy:
    actor.require(Permission.TAKE_PAYMENT)
    with UnitOfWork(actor) as work:
        return count_copy(document_id, work, email)
