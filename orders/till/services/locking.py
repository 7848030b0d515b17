"""Parts of the services of tills: the lock of a till, and repeated requests."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import IntegrityError
from django.utils.translation import gettext as _

from bistro.core.kernel.errors import DomainError
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from orders.services import Once
from orders.services.keys import made_before
from orders.till.access import no_till, require_own
from orders.till.models import Keyed, Till

Row = TypeVar("Row", bound=Keyed)
Made = TypeVar("Made")


def lock_till(till_id: int, work: UnitOfWork, *states: str) -> Till:
    """Lock a till that is in one of these states.

    Raises NotYours, NotPermitted (`not_your_till`), DomainError (`till_not_open`, `till_not_counted`, `till_closed`).
    """
    require_transaction()
    rows = Till.objects.of_restaurant(work.restaurant_id).filter(pk=till_id).select_related("holder").locked()
    till: Till | None = next(iter(rows), None)
    if till is None:
        raise no_till()
    require_own(till, work.actor)
    if till.status not in states:
        raise _REFUSALS[till.status](till)
    return till


def _counted(till: Till) -> DomainError:
    return DomainError(_("This till is counted. Open it again first."), code="till_not_open", state=till.status)


def _open(till: Till) -> DomainError:
    return DomainError(_("Count the till first."), code="till_not_counted", state=till.status)


def _closed(till: Till) -> DomainError:
    return DomainError(_("This till is closed."), code="till_closed", state=till.status)


_REFUSALS: dict[str, Callable[[Till], DomainError]] = {"open": _open, "counted": _counted, "closed": _closed}


def known(model: type[Row], once: Once | None, work: UnitOfWork) -> Row | None:
    """Return the row of a request with this key. Raises ReusedKey if its body was another one."""
    found: Row | None = made_before(model._default_manager.all(), once, work)
    return found


def keys(once: Once | None, work: UnitOfWork) -> dict[str, Any]:
    """Return the columns of `Keyed` and the restaurant, for a new row."""
    return {
        "restaurant_id": work.restaurant_id,
        "credential": work.actor.credential,
        "key": once.key if once else None,
        "fingerprint": once.fingerprint if once else "",
    }


def twice(make: Callable[[], Made]) -> Made:
    """Call a unit of work, and once more if an equal request was first."""
    try:
        return make()
    except IntegrityError:
        return make()
