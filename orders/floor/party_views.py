"""Pages that seat guests, move them, join and part their tables, and move lines. They work without JavaScript."""

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.web.form_keys import once_of
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, answer_action, with_status
from orders import services
from orders.access import order_for, table_for
from orders.floor.answers import answer_act, show_sheet
from orders.floor.seating import lines_form
from orders.models import Order
from orders.order_commands import MAX_QUANTITY
from tables.models import Party, Table


@require_POST
@page_requires(Permission.SEAT_TABLE)
def seat(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Seat guests at a free table. A second tap finds them there."""

    def seat() -> Party:
        server = whole_number(request.POST.get("server", ""), least=1)
        size, insist, once = _size(request), _insists(request), once_of(request)
        if once is None:
            return services.seat_party(table_id=pk, size=size, server_id=server, insist=insist, actor=actor)
        party, _replayed = services.seat_party_once(
            table_id=pk, size=size, server_id=server, insist=insist, actor=actor, once=once
        )
        return party

    return _act(request, actor, pk, seat)


@require_POST
@page_requires(Permission.SEAT_TABLE)
def covers(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Change the number of guests."""
    return _act(
        request,
        actor,
        pk,
        lambda: services.set_covers(
            party_id=_party(request), size=_size(request, needed=True), insist=_insists(request), actor=actor
        ),
    )


@require_POST
@page_requires(Permission.SEAT_TABLE)
def take_over(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Take the guests over from a colleague."""
    return _act(request, actor, pk, lambda: services.take_over(party_id=_party(request), actor=actor))


@require_POST
@page_requires(Permission.SEAT_TABLE)
def join(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Join a free table, or the guests of another party with their tables."""

    def join() -> Party:
        other = whole_number(request.POST.get("guests", ""), least=1)
        if other is not None:
            return services.join_parties(party_id=_party(request), other_id=other, actor=actor)
        return services.join_table(party_id=_party(request), table_id=_chosen(request), actor=actor)

    return _act(request, actor, pk, join)


@require_POST
@page_requires(Permission.SEAT_TABLE)
def move(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Move the guests to another table, and show that table."""
    return _elsewhere(
        request,
        actor,
        pk,
        lambda: services.move_party(
            party_id=_party(request), table_id=_chosen(request), actor=actor, insist=_insists(request)
        ),
    )


@require_POST
@page_requires(Permission.SEAT_TABLE)
def part(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Part a table from the others, alone or with its guests, and show the table where the others sit."""
    service = services.separate_guests if "guests" in request.POST else services.part_table
    return _elsewhere(
        request,
        actor,
        pk,
        lambda: service(party_id=_party(request), table_id=_chosen(request), actor=actor, insist=_insists(request)),
    )


@require_http_methods(["GET", "POST"])
@page_requires(Permission.SEAT_TABLE)
def move_lines(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show the form that moves lines of an order to another table, or move them and show that table."""
    order = order_for(actor, pk)
    if request.method == "GET":
        return _lines_page(request, actor, order)
    try:
        moved = services.move_lines(
            order_id=pk,
            lines=_shares(request, order),
            table_id=_chosen(request),
            actor=actor,
            versions=[whole_number(request.POST.get("version", "")) or 0],
        )
    except DomainError as refusal:
        return with_status(_lines_page(request, actor, order_for(actor, pk), refusal), refusal)
    return redirect("floor:table", pk=moved.table_id)


def _act(request: HtmxHttpRequest, actor: Actor, pk: int, service: Callable[[], object]) -> HttpResponse:
    where = table_for(actor, pk)
    return answer_act(request, actor, where, service, _refused(request, actor, where))


def _elsewhere(request: HtmxHttpRequest, actor: Actor, pk: int, service: Callable[[], Party]) -> HttpResponse:
    """Run a service and show the head table of the party, where it may now be alone."""
    where = table_for(actor, pk)
    refused = _refused(request, actor, where)

    def sheet(party: Party | None, refusal: DomainError | None) -> HttpResponse:
        if refusal or party is None or party.table is None:
            return refused(refusal or InvalidInput(gettext("These guests have left.")))
        answer = show_sheet(request, actor, party.table)
        if request.htmx.current_url_abs_path == reverse("floor:table", args=[pk]) and party.table_id != pk:
            answer["HX-Redirect"] = reverse("floor:table", args=[party.table_id])  # that page follows its own table
        return answer

    if request.htmx:
        return answer_action(request, service, back="", part=sheet)
    try:
        party = service()
    except DomainError as refusal:
        return with_status(refused(refusal), refusal)
    return redirect(reverse("floor:table", args=[party.table_id]))


def _refused(request: HtmxHttpRequest, actor: Actor, where: Table) -> Callable[[DomainError], HttpResponse]:
    return lambda refusal: show_sheet(request, actor, where, refusal, problem_act="seating")


def _lines_page(
    request: HtmxHttpRequest, actor: Actor, order: Order, refusal: DomainError | None = None
) -> HttpResponse:
    context = {"form": lines_form(actor, order), "problem": refusal.message if refusal else ""}
    return render(request, "floor/party_lines.html", context)


def _party(request: HtmxHttpRequest) -> int:
    """Return the party that the person saw at the table. Raises InvalidInput."""
    party = whole_number(request.POST.get("party", ""), least=1)
    if party is None:
        raise InvalidInput(gettext("Nobody sits here any more. Load the page again."), code="table_free")
    return party


def _chosen(request: HtmxHttpRequest) -> int:
    table = whole_number(request.POST.get("table", ""), least=1)
    if table is None:
        raise InvalidInput(gettext("Choose a table."), fields={"table": [gettext("Choose a table.")]})
    return table


def _insists(request: HtmxHttpRequest) -> bool:
    return "insist" in request.POST


def _size(request: HtmxHttpRequest, *, needed: bool = False) -> int | None:
    """Return the number of guests, from a button or the field; None is an unknown number. Raises InvalidInput."""
    said = (request.POST.get("size", "") or request.POST.get("other", "")).strip()
    size = whole_number(said, least=1)
    if size is None and (said or needed):
        raise InvalidInput(
            gettext("Enter the number of guests in digits."), fields={"size": [gettext("Not a number.")]}
        )
    return size


def _shares(request: HtmxHttpRequest, order: Order) -> list[services.LineShare]:
    """Return the chosen lines with their quantities. A quantity of 0 leaves a line where it is."""
    shares = []
    for line in order.lines.all():
        said = request.POST.get(f"quantity-{line.pk}", "0").strip() or "0"
        count = whole_number(said, most=MAX_QUANTITY)
        if count is None:
            raise InvalidInput(gettext("“%(said)s” is not a quantity.") % {"said": said[:20]})
        if count:
            shares.append(services.LineShare(line.pk, count))
    return shares
