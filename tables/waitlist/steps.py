"""Steps of units of work that change the waiting list. Callers have locked the party (`lock_room`), tables first."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.kernel.once import Once
from bistro.core.kernel.texts import clean_text
from bistro.core.kernel.transitions import change_status
from bistro.core.writing.steps import erase_private
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from tables.bookings.hold_steps import require_not_needed
from tables.events import PartyChanged, PartyNamed, WaitingSeated
from tables.guests.events import GuestErased, GuestsMerged
from tables.guests.models import Guest
from tables.guests.steps import guest_by_contact
from tables.models import Party, Table, TableOffer
from tables.sections.steps import server_for
from tables.stay_steps import Room, require_seats, require_size, touch_party
from tables.steps import occupy
from tables.transitions import PARTY_MOVES, PartyStatus
from tables.waitlist.events import OfferEnded, PartyLeft, PartyRemoved, PartyWaits, TableOffered
from tables.waitlist.models import WaitlistEntry
from tables.waitlist.quoting import Quote

OFFER_MINUTES = 10


def add_waiting(
    work: UnitOfWork,
    *,
    name: str,
    size: int | None,
    phone: str = "",
    notes: str = "",
    quote: Quote,
    once: Once | None = None,
) -> WaitlistEntry:
    """Put a party on the list with a quote that `quote_now` computed before. Locks: the contacts' names.

    Raises LostRace (`already_waiting`) if the phone number waits already, InvalidInput.
    """
    require_transaction()
    require_size(size)
    guest = guest_by_contact(work, name=name, phone=phone)
    _require_not_waiting(guest)
    party = Party.objects.create(
        restaurant_id=work.restaurant_id,
        status=PartyStatus.WAITING,
        size=size,
        guest=guest,
        name=clean_text(name)[:120] or (guest.name if guest else ""),
        notes=clean_text(notes)[:500],
        credential=work.actor.credential if once else "",
        key=once.key if once else None,
        fingerprint=once.fingerprint if once else "",
    )
    entry = WaitlistEntry.objects.create(
        restaurant_id=work.restaurant_id,
        party=party,
        guest=guest,
        arrived_at=work.now,
        quoted_low=quote.low,
        quoted_high=quote.high,
        quoted_at=work.now,
    )
    work.record(PartyWaits(party=party, table=None, low=quote.low, high=quote.high))
    return entry


def added_before(once: Once | None, work: UnitOfWork) -> WaitlistEntry | None:
    """Return the entry that a request with this key added, None for a new key."""
    require_transaction()
    if once is None:
        return None
    rows = WaitlistEntry.objects.of_restaurant(work.restaurant_id).select_related("party")
    entry: WaitlistEntry | None = rows.filter(party__credential=work.actor.credential, party__key=once.key).first()
    return entry


def _require_not_waiting(guest: Guest | None) -> None:
    known = WaitlistEntry.objects.open().filter(guest=guest).first() if guest is not None else None
    if known is not None:
        message = _("This phone number is on the waiting list already.")
        raise LostRace(message, code="already_waiting", fields={"phone": [message]})


def name_party(
    party: Party, work: UnitOfWork, *, name: str | None = None, phone: str | None = None, notes: str | None = None
) -> bool:
    """Change the name, phone number or notes of a locked party; None keeps one. Return whether something changed.

    Raises LostRace (`already_waiting`), InvalidInput.
    """
    require_transaction()
    wanted = {"name": party.name if name is None else clean_text(name)[:120]}
    wanted["notes"] = party.notes if notes is None else clean_text(notes)[:500]
    changed = [field for field, value in wanted.items() if getattr(party, field) != value]
    for field in changed:
        setattr(party, field, wanted[field])
    if phone is not None:
        guest = guest_by_contact(work, name=party.name, phone=phone)
        if (guest.pk if guest else None) != party.guest_id:
            entries = WaitlistEntry.objects.open().filter(party=party)
            if entries.exists():
                _require_not_waiting(guest)
                entries.update(guest=guest)
            party.guest = guest
            changed.append("guest")
    if changed:
        touch_party(party, *changed)
        work.record(PartyNamed(party=party, table=party.table))
    return bool(changed)


def seat_waiting(
    party: Party, table: Table, work: UnitOfWork, *, insist: bool = False, server_id: int | None = None
) -> None:
    """Seat a waiting party at a table that `Room.free_table` found free for it, with a server as `server_for` says.

    Raises InvalidInput (`party_too_large`, `unknown_server`), IllegalTransition, NotPermitted.
    """
    require_transaction()
    require_seats(party.size, [table], insist=insist, actor=work.actor)
    change_status(party, PartyStatus.SEATED, PARTY_MOVES, what=_("This party"))
    party.table, party.seated_at, party.server_id = table, work.now, server_for(table, work, server_id)
    touch_party(party, "status", "table", "seated_at", "server")
    occupy([(party, table)], work)
    TableOffer.objects.filter(party=party).delete()
    WaitlistEntry.objects.filter(party=party).update(closed_at=work.now)
    work.record(WaitingSeated(party=party, table=table))


def let_go(party: Party, work: UnitOfWork, *, removed: bool = False) -> None:
    """Take a waiting party off the list because it left; `removed` also hides it. Raises IllegalTransition."""
    require_transaction()
    change_status(party, PartyStatus.LEFT, PARTY_MOVES, what=_("This party"))
    party.completed_at = work.now
    touch_party(party, "status", "completed_at")
    TableOffer.objects.filter(party=party).delete()
    WaitlistEntry.objects.filter(party=party).update(closed_at=work.now, removed=removed)
    work.record((PartyRemoved if removed else PartyLeft)(party=party, table=None))


def offer_table(
    party: Party, room: Room, table_id: int, work: UnitOfWork, *, stay: timedelta, insist: bool = False
) -> TableOffer:
    """Keep a free table for a waiting party for ten minutes, in place of an earlier offer.

    The caller has locked the book. A table that a booking needs during the usual `stay` is refused unless a host
    insists. The same table again begins the ten minutes again. Raises LostRace (`table_taken`, `table_offered`,
    `table_booked`), InvalidInput (`not_waiting`), NotPermitted.
    """
    require_transaction()
    if party.status != PartyStatus.WAITING:
        raise InvalidInput(_("These guests do not wait any more."), code="not_waiting")
    table = room.free_table(table_id, party.pk)
    require_seats(party.size, [table], insist=insist, actor=work.actor)
    require_not_needed(table, work.now + stay, work, insist=insist)
    TableOffer.objects.filter(party=party).delete()
    TableOffer.objects.filter(table=table, until__lte=work.now).delete()  # lapsed, and not swept yet
    offer = TableOffer.objects.create(
        restaurant_id=work.restaurant_id, table=table, party=party, until=work.now + timedelta(minutes=OFFER_MINUTES)
    )
    work.record(TableOffered(party=party, table=None, offer=offer))
    return offer


def end_offer(offer: TableOffer, work: UnitOfWork, *, lapsed: bool) -> bool:
    """End an offer, once: one DELETE decides between several processes. Return whether it was this call.

    A party that let an offer lapse gets no more tables automatically.
    """
    require_transaction()
    if TableOffer.objects.filter(pk=offer.pk, until=offer.until).delete()[0] == 0:
        return False
    if lapsed:
        entry = WaitlistEntry.objects.get(party=offer.party)
        entry.offers_missed += 1
        entry.save(update_fields=["offers_missed"])
    work.record(OfferEnded(party=offer.party, table=None, lapsed=lapsed))
    return True


def follow_merges(events: Sequence[GuestsMerged], work: UnitOfWork) -> None:
    """Give the parties of a merged profile to the profile that has its history. Raises InvalidInput if both wait."""
    require_transaction()
    for event in events:
        entries = WaitlistEntry.objects.of_restaurant(work.restaurant_id)
        if entries.open().filter(guest__in=[event.guest, event.other]).count() > 1:
            raise InvalidInput(_("Both are on the waiting list. Take one off first."), code="both_waiting")
        entries.filter(guest=event.other).update(guest=event.guest)
        Party.objects.of_restaurant(work.restaurant_id).filter(guest=event.other).update(guest=event.guest)


def forget_parties(events: Sequence[GuestErased], work: UnitOfWork) -> None:
    """Erase the names and notes of an erased guest's parties, and what the log kept apart of them.

    Raises InvalidInput (`guest_is_here`) while the guest waits or sits here.
    """
    require_transaction()
    for event in events:
        parties = Party.objects.of_restaurant(work.restaurant_id).filter(guest__in=event.guests)
        if parties.filter(status__in=[PartyStatus.WAITING, PartyStatus.SEATED]).exists():
            message = _("The guest waits or sits here now. Erase the guest after the visit.")
            raise InvalidInput(message, code="guest_is_here")
        ids = list(parties.values_list("pk", flat=True))
        parties.update(name="", notes="", allergies={})
        erase_private([f"party:{pk}" for pk in ids], work)


def resize(party: Party, size: int | None, work: UnitOfWork) -> None:
    """Change the number of guests of a waiting party."""
    require_transaction()
    require_size(size)
    party.size = size
    touch_party(party, "size")
    work.record(PartyChanged(party=party, table=party.table))
