"""The tickets of the board of all stations: one for each firing of an order, with its stations named."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bistro.core.models import Restaurant
from kitchen.compiled_queries import firing_versions
from kitchen.models import Ticket
from kitchen.transitions import TicketStatus
from kitchen.wall.parts import share_at
from kitchen.wall.tickets import BoardLine, BoardTicket, board_ticket, board_tickets
from menu.compiled import CompiledMenu
from orders.transitions import LineStatus

Firing = tuple[int, int]  # order id, fired course


def shown_tickets(
    station_id: int | None, rows: Iterable[Ticket], restaurant: Restaurant, menu: CompiledMenu, now: datetime
) -> list[BoardTicket]:
    """Return the tickets of a station's board or, for the board of all stations, one for each firing.

    `rows` were read `with_lines()`, in their order. One more query.
    """
    tickets = list(rows)
    if station_id is not None:
        return board_tickets(tickets, restaurant, menu, now)
    whole = share_at(None, menu)
    firings: dict[Firing, list[BoardTicket]] = {}
    for ticket in tickets:
        part = board_ticket(ticket, [], whole, restaurant, menu, now)
        firings.setdefault((ticket.order_id, ticket.fired_course), []).append(part)
    orders = {order_id for order_id, _course in firings}
    versions = {(order_id, course): sum_ for order_id, course, sum_ in firing_versions(orders)} if orders else {}
    return [_merge(parts, firing, versions[firing]) for firing, parts in firings.items()]


def firing_key(order_id: int, fired_course: int) -> str:
    """Return the name of a firing's element on the board of all stations."""
    return f"{order_id}-{fired_course}"


def _merge(parts: Sequence[BoardTicket], firing: Firing, version: int) -> BoardTicket:
    """Return one ticket for those of a firing. Cancelled ones count only where no other is left."""
    left = [part for part in parts if not part.cancelled] or parts
    first = min(left, key=lambda part: part.aged_from + timedelta(seconds=part.late_seconds))
    status = TicketStatus.STARTED if any(part.status == TicketStatus.STARTED for part in left) else left[0].status
    starts = [part.starts_at for part in left if part.starts_at]
    held = [part.held_since for part in left if part.held_since]
    recalled = [part.recalled_at for part in left if part.recalled_at]
    return replace(
        first,
        key=firing_key(*firing),
        ticket_ids=tuple(part.id for part in parts),
        whole=True,
        stations=[part.station_name for part in left],
        sort=min(part.sort for part in parts),
        id=left[0].id,
        status=status,
        lines=_merged_lines(left),
        version=version,
        also_at=[],
        starts_at=min(starts) if len(starts) == len(left) else None,
        held_since=min(held) if len(held) == len(left) else None,
        alert=any(part.alert for part in parts),
        voided=list({line["line"]: line for part in parts for line in part.voided}.values()),
        cancelled=all(part.cancelled for part in parts),
        recalls=max(part.recalls for part in left),
        recalled_at=max(recalled, default=None),
    )


def _merged_lines(parts: Sequence[BoardTicket]) -> list[BoardLine]:
    """Return each line of the order once, with the stations that make it."""
    lines: dict[int, list[tuple[str, BoardLine]]] = {}
    for part in parts:
        for line in part.lines:
            lines.setdefault(line.line_id, []).append((part.station_name, line))
    return [_merged_line(found) for found in lines.values()]


def _merged_line(found: Sequence[tuple[str, BoardLine]]) -> BoardLine:
    lines = [line for _station, line in found]
    unfinished = [line for line in lines if line.status != LineStatus.DONE]
    begun = any(line.status != LineStatus.QUEUED for line in lines)
    status = LineStatus.DONE if not unfinished else LineStatus.STARTED if begun else LineStatus.QUEUED
    starts = [line.start_at for line in unfinished if line.start_at]
    return replace(
        (unfinished or lines)[0],
        status=status,
        changed=any(line.changed for line in lines),
        added=any(line.added for line in lines),
        start_at=min(starts, default=None),
        plated=all(line.plated for line in lines),
        stations=[(station, line.status) for station, line in found],
    )
