"""The services that print receipts, bills and reports, open the cash drawer and choose the printer of a till."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from bistro.core.auth.access import restaurant_by_id, restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.models import Restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from bistro.receipts.events import DrawerOpened, TillPrinterChosen
from bistro.receipts.models import TillPrinter
from bistro.receipts.selectors import printing_for, printing_of
from bistro.receipts.sheets import check_rows, document_rows, report_rows, voucher_rows
from kitchen.printing.events import SlipAskedFor
from kitchen.printing.models import Printer
from kitchen.printing.sheet_steps import open_drawer as send_pulse
from kitchen.printing.sheet_steps import print_sheet
from kitchen.printing.sheets import Row
from orders.billing.links import link_of
from orders.billing.page import read_page
from orders.billing.services.locking import lock_bill, mark_presented
from orders.billing.vouchers.page import read_voucher
from orders.billing.vouchers.selectors import may_read_code, voucher_for
from orders.documents.access import document_for
from orders.documents.models import Copy, Signature
from orders.documents.page import read_paper
from orders.documents.steps import count_copy
from orders.till.access import closing_for
from orders.till.closing_page import tables_in
from orders.till.models import Closing
from orders.till.reports.payloads import payload_of, period_json
from orders.till.reports.periods import day_to_close, read_period
from orders.till.services.locking import lock_till
from orders.till.transitions import TillState


def print_receipt(*, document_id: int, actor: Actor) -> Copy:
    """Print a document on the receipt printer of the person's till, from the second print on as a copy.

    Locks: the document. Raises NotYours, NotPermitted, InvalidInput (`no_printer`).
    """
    actor.require(Permission.TAKE_PAYMENT)
    with UnitOfWork(actor) as work:
        printer = _printer(actor)
        copy = count_copy(document_id, work)
        with words_of(restaurant_by_id(work.restaurant_id)) as restaurant:
            paper = read_paper(document_for(actor, document_id), restaurant.locale)
            rows, title = document_rows(paper, copy.number), f"{paper.title} {paper.document.code}"
        print_sheet(printer, title, rows, work)
    return copy


def print_check(*, party_id: int, actor: Actor) -> None:
    """Print the bill for the guests and note that they got it. It is no receipt.

    Locks: table, party, bill. Raises NotYours, NotPermitted, InvalidInput (`no_printer`, `party_joined`).
    """
    actor.require(Permission.TAKE_PAYMENT)
    with UnitOfWork(actor) as work:
        printer = _printer(actor)
        statement = mark_presented(lock_bill(party_id, work), work)
        party = statement.party
        with words_of(statement.restaurant) as restaurant:
            table = party.table.name if party.table else ""
            link = (link_of(party, restaurant) or "") if statement.due else ""
            rows = check_rows(read_page(statement, actor), table, link, work.now)
            title = " ".join(filter(None, [_("Bill"), table]))
        print_sheet(printer, title, rows, work)


def print_voucher(*, voucher_id: int, actor: Actor) -> None:
    """Print a voucher for a person who may see its code.

    Raises NotYours, NotPermitted (also without the right to see the code), InvalidInput (`no_printer`).
    """
    actor.require(Permission.USE_TILL)
    voucher = voucher_for(actor, voucher_id)
    if not may_read_code(voucher, actor, timezone.now()):
        actor.require(Permission.APPROVE_BILL)
    with words_of(restaurant_of(actor)):
        rows, title = voucher_rows(read_voucher(voucher, actor)), f"{_('Voucher')} …{voucher.tail}"
    _print_report(title, rows, actor)


def print_x_report(*, actor: Actor) -> None:
    """Print what the closing of the day would include now. Raises NotPermitted, InvalidInput (`no_printer`)."""
    actor.require(Permission.CLOSE_DAY)
    now = timezone.now()
    with words_of(restaurant_of(actor)) as restaurant:
        day = day_to_close(restaurant, restaurant.business_date(now))
        tables = tables_in(period_json(read_period(restaurant, day)), restaurant)
        facts = [_date(day), _("Nothing is closed. As it is at %(at)s") % {"at": _moment(now)}, actor.label]
        title = str(_("X report"))
        rows = report_rows(restaurant, title, facts, tables)
    _print_report(title, rows, actor)


def print_closing(*, closing_id: int, actor: Actor) -> None:
    """Print a closing. Raises NotYours, NotPermitted, InvalidInput (`no_printer`)."""
    actor.require(Permission.CLOSE_DAY)
    closing = closing_for(actor, closing_id)
    body = payload_of(closing)
    with words_of(restaurant_of(actor)) as restaurant:
        by = _("Closed at %(at)s by %(by)s") % {"at": _moment(closing.closed_at), "by": closing.closed_by}
        sales = _("All sales ever closed: %(sum)s %(currency)s")
        ever = sales % {"sum": body["perpetual"], "currency": body["currency"]}
        title = f"{closing.get_kind_display()} {closing.number}"
        facts = [_date(closing.day), by, ever, closing.hash, _signature(closing)]
        rows = report_rows(restaurant, title, facts, tables_in(body, restaurant))
    _print_report(title, rows, actor)


def _print_report(title: str, rows: Sequence[Row], actor: Actor) -> None:
    with UnitOfWork(actor) as work:
        printer = _printer(actor)
        print_sheet(printer, title, rows, work)
        work.record(SlipAskedFor(printer=printer, slips=1))


def open_drawer(*, till_id: int, actor: Actor) -> Printer:
    """Open the drawer of a till without a payment; the log keeps who did it.

    Locks: till. Raises NotYours (`till_not_found`), NotPermitted, DomainError (`till_closed`), InvalidInput
    (`no_drawer`).
    """
    actor.require(Permission.USE_TILL)
    with UnitOfWork(actor) as work:
        till = lock_till(till_id, work, TillState.OPEN, TillState.COUNTED)
        printer = printing_of(till, till.restaurant_id).drawer
        if printer is None:
            raise InvalidInput(_("This till has no cash drawer that opens by itself."), code="no_drawer")
        send_pulse(printer, work)
        work.record(DrawerOpened(printer=printer, till=till.pk))
    return printer


def choose_printer(*, till_id: int, printer_id: int | None, has_drawer: bool, actor: Actor) -> TillPrinter:
    """Choose the receipt printer of a till, None for the restaurant's first, and whether its drawer has the cash.

    Locks: till. Raises NotYours (`till_not_found`, `printer_not_found`), NotPermitted, DomainError (`till_closed`).
    """
    actor.require(Permission.USE_TILL)
    with UnitOfWork(actor) as work:
        till = lock_till(till_id, work, TillState.OPEN, TillState.COUNTED)
        known = Printer.objects.of_restaurant(work.restaurant_id).filter(receipts=True, enabled=True)
        if printer_id is not None and not known.filter(pk=printer_id).exists():
            raise NotYours(_("There is no such printer."), code="printer_not_found")
        wanted = {"printer_id": printer_id, "has_drawer": has_drawer}
        chosen, _made = TillPrinter.objects.update_or_create(
            till=till, defaults={"restaurant_id": work.restaurant_id, **wanted}
        )
        work.record(TillPrinterChosen(till=till, chosen=chosen))
    return chosen


@contextmanager
def words_of(restaurant: Restaurant) -> Iterator[Restaurant]:
    """Write in the language and the time zone of a restaurant."""
    with override(restaurant.language), timezone.override(restaurant.tz):
        yield restaurant


def _printer(actor: Actor) -> Printer:
    """Return the receipt printer of a person. Raises InvalidInput (`no_printer`)."""
    printer = printing_for(actor).printer
    if printer is None:
        raise InvalidInput(_("There is no receipt printer. A manager adds one in the admin."), code="no_printer")
    return printer


def _signature(closing: Closing) -> str:
    """Return what the fiscal signer answered, or that it has not; "" without a signer."""
    task: Signature | None = getattr(closing, "signature", None)
    return "" if task is None else task.answer.get("signature") or str(task.get_state_display())


def _date(day: Any) -> str:
    return str(date_format(day, "DATE_FORMAT"))


def _moment(at: Any) -> str:
    return str(date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT"))
