"""Which printer prints the receipts of a till or a person, and which drawer opens."""

from collections.abc import Sequence
from dataclasses import dataclass

from bistro.core.kernel.actors import Actor
from bistro.receipts.models import TillPrinter
from kitchen.printing.models import Printer
from orders.till.models import Till
from orders.till.selectors import open_till_of


@dataclass(frozen=True, slots=True)
class Printing:
    """The printer to use, the printer whose drawer opens, all receipt printers, and the till; without any, nothing."""

    printer: Printer | None = None
    drawer: Printer | None = None
    printers: Sequence[Printer] = ()
    till: Till | None = None


def printing_of(till: Till | None, restaurant_id: int) -> Printing:
    """Return the printing of a till; None stands for cash in no till. One query without a receipt printer, else two."""
    rows = Printer.objects.of_restaurant(restaurant_id).filter(receipts=True, enabled=True)
    printers = list(rows.order_by("pk"))
    if not printers:
        return Printing()
    chosen = TillPrinter.objects.filter(till=till).first() if till is not None else None
    wanted = chosen.printer_id if chosen is not None else None
    printer = next((each for each in printers if each.pk == wanted), printers[0])
    has_drawer = chosen is None or chosen.has_drawer
    return Printing(printer, printer if has_drawer and printer.drawer else None, printers, till)


def printing_for(actor: Actor) -> Printing:
    """Return the printing of a person: that of the till into which the person's cash goes."""
    if actor.restaurant_id is None:
        return Printing()
    if not Printer.objects.visible_to(actor).filter(receipts=True, enabled=True).exists():
        return Printing()
    return printing_of(open_till_of(actor.id if actor.is_staff else None, actor.restaurant_id), actor.restaurant_id)
