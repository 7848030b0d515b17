"""The two halves of an order that some lines leave: new rows and statuses, without queries and writes (ADR 0042)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bistro.core.speed.bulk_insert import new_row
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.allergies import effective_allergies
from orders.models import Order, OrderLine
from orders.transitions import UNTOUCHED, LineStatus, OrderStatus
from tables.declarations import Declared, each_once
from tables.models import Party, Table

IN_WORK = (LineStatus.QUEUED, LineStatus.STARTED)
# Facts of an order that belong to one row alone.
_OWN = ("id", "uid", "key", "fingerprint", "version", "number", "total", "tax", "taxes")


@dataclass(frozen=True, slots=True)
class Split:
    """The lines of an order in two halves. `parts` are the new rows for parts of lines, {line that stays: new row}."""

    staying: list[OrderLine]
    leaving: list[OrderLine]
    whole: tuple[int, ...]
    parts: Mapping[int, OrderLine]


def split_lines(lines: Iterable[OrderLine], wanted: Mapping[int, int]) -> Split:
    """Divide the lines: `wanted` is {line id: quantity that leaves}. Sets the quantity of lines that leave in part."""
    staying, leaving, whole, parts = list[OrderLine](), list[OrderLine](), [], {}
    for line in lines:
        count = wanted.get(line.pk, 0)
        if count == line.quantity:
            leaving.append(line)
            whole.append(line.pk)
            continue
        staying.append(line)
        if count:
            parts[line.pk] = _part_of(line, count)
            leaving.append(parts[line.pk])
            _set_quantity(line, line.quantity - count)
    return Split(staying, leaving, tuple(whole), parts)


def _part_of(line: OrderLine, count: int) -> OrderLine:
    """Return a new row with a part of a line's quantity, and everything else as it was sold."""
    names = [field.attname for field in OrderLine._meta.concrete_fields if not field.primary_key]
    facts = {name: getattr(line, name) for name in names}
    part: OrderLine = new_row(OrderLine, **facts)
    _set_quantity(part, count)
    return part


def _set_quantity(line: OrderLine, count: int) -> None:
    line.quantity, line.total = count, line.unit_price * count


def settle_in(line: OrderLine, declared: Declared) -> bool:
    """Give a line to other guests: it loses its seat, and their allergies join its own. Return whether these changed.

    The allergies that the line was cooked for stay, because its guest may move with it.
    """
    before = line.allergies
    line.seat = None
    line.own_allergies = each_once([*line.own_allergies, *before])
    line.allergies = effective_allergies(line.own_allergies, declared, None)
    return bool(set(line.allergies) != set(before))


def order_beside(order: Order, split: Split, party: Party, table: Table, work: UnitOfWork) -> Order:
    """Return the unsaved order that takes the leaving lines of another one, with the history of that order.

    Its status is what its lines alone say, so that a cooked line stays cooked and a waiting one waits.
    """
    facts = {
        field.attname: getattr(order, field.attname)
        for field in Order._meta.concrete_fields
        if field.attname not in (*_OWN, "party_id", "table_id", "status")
    }
    status = status_of(order, split.leaving, split)
    if status == OrderStatus.PREPARING and order.served_at is None and not _begun(split.leaving):
        status, facts["preparing_at"] = OrderStatus.CONFIRMED, None
    stamp = f"{status}_at"
    facts[stamp] = facts[stamp] or work.now
    beside: Order = new_row(Order, party=party, table=table, status=status, **facts)
    return beside


def status_of(order: Order, lines: Sequence[OrderLine], split: Split) -> str:
    """Return the status of an order that has only these of its lines.

    A course is ready when none of its lines is in work; a course that was served before is not ready again. An order
    with nothing in the kitchen needs no acknowledgement.
    """
    if order.status == OrderStatus.PLACED and all(line.status == LineStatus.HELD for line in lines):
        return OrderStatus.CONFIRMED
    if order.status not in (OrderStatus.PREPARING, OrderStatus.READY):
        return order.status
    cooking = {line.course for line in lines if line.status in IN_WORK}
    done = {line.course for line in lines if line.status == LineStatus.DONE}
    if done & _unserved(order, [*split.staying, *split.leaving]) - cooking:
        return OrderStatus.READY
    if all(line.status == LineStatus.DONE for line in lines):
        return OrderStatus.DELIVERED
    return OrderStatus.PREPARING


def _unserved(order: Order, lines: Sequence[OrderLine]) -> set[int]:
    """Return the courses of an order that guests still wait for, as far as they are not on hold.

    Before the first course was served these are all. Later these are the courses in work and, of a ready order, the
    last one that is done.
    """
    if order.served_at is None:
        return {line.course for line in lines}
    cooking = {line.course for line in lines if line.status in IN_WORK}
    done = {line.course for line in lines if line.status == LineStatus.DONE}
    return cooking | ({max(done)} if done and order.status == OrderStatus.READY else set())


def _begun(lines: Iterable[OrderLine]) -> bool:
    return any(line.status not in UNTOUCHED for line in lines)
