"""Reactions that write messages to guests: to an e-mail address if there is one, else to a phone number.

Each message is written once (booking, kind, version), if the rules of the restaurant want it.
"""

from collections.abc import Callable, Sequence
from functools import partial

from django.conf import settings
from django.urls import reverse

from bistro.core.auth.access import restaurant_by_id
from bistro.core.kernel.errors import InvalidInput
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from bistro.mail import guest_texts
from bistro.mail.guest_messages import ids_to_guest
from bistro.mail.guest_texts import MessageFacts
from bistro.mail.models import Channel, Message
from bistro.mail.steps import write_message
from bistro.mail.texts import Text, checked_address
from tables.bookings.events import BookingCancelled, BookingChanged, BookingIsNear, BookingTaken
from tables.bookings.models import Booking
from tables.bookings.representations import guest_link, language_of
from tables.bookings.selectors import rules_of
from tables.guests.events import GuestErased
from tables.waitlist.events import TableOffered
from tables.waitlist.models import WaitlistEntry

Write = Callable[[MessageFacts], Text]


def tell_booked(events: Sequence[BookingTaken], work: UnitOfWork) -> None:
    """Confirm new bookings."""
    if rules_of(work.restaurant_id).tell_booked:
        for event in events:
            if not event.quiet:
                _tell(event.booking, Message.Kind.BOOKED, guest_texts.booked, work)


def tell_changed(events: Sequence[BookingChanged], work: UnitOfWork) -> None:
    """Tell the new time or number of guests."""
    news = [event for event in events if event.is_news]
    if news and rules_of(work.restaurant_id).tell_changed:
        for event in news:
            _tell(event.booking, Message.Kind.CHANGED, guest_texts.changed, work)


def tell_cancelled(events: Sequence[BookingCancelled], work: UnitOfWork) -> None:
    """Tell that bookings are cancelled."""
    if rules_of(work.restaurant_id).tell_cancelled:
        for event in events:
            _tell(event.booking, Message.Kind.CANCELLED, guest_texts.cancelled, work)


def remind(events: Sequence[BookingIsNear], work: UnitOfWork) -> None:
    """Remind guests of bookings that are near."""
    if rules_of(work.restaurant_id).reminder_hours:
        for event in events:
            _tell(event.booking, Message.Kind.REMINDER, guest_texts.reminder, work)


def tell_ready(events: Sequence[TableOffered], work: UnitOfWork) -> None:
    """Tell waiting guests that a table is kept for them."""
    if not rules_of(work.restaurant_id).tell_ready:
        return
    restaurant = restaurant_by_id(work.restaurant_id)
    for event in events:
        guest = event.party.guest
        address = reachable(guest.email, guest.phone) if guest is not None else None
        entry = WaitlistEntry.objects.of_restaurant(work.restaurant_id).filter(party=event.party).first()
        if guest is None or address is None or entry is None:
            continue
        link = f"{settings.PUBLIC_URL}{reverse('waitlist:place', args=[entry.token])}"
        until = event.offer.until.astimezone(restaurant.tz)
        facts = MessageFacts(address[0], restaurant.name, event.party.name, until, event.party.size or 0, link)
        write_message(
            kind=Message.Kind.READY,
            channel=address[0],
            to=address[1],
            text=partial(guest_texts.ready, facts),
            restaurant=restaurant,
            work=work,
            language=guest.language,
            useless_at=event.offer.until,
            key=f"offer:{event.offer.pk}",
        )


def forget_messages(events: Sequence[GuestErased], work: UnitOfWork) -> None:
    """Delete the messages to an erased guest and about the guest's bookings."""
    require_transaction()
    for event in events:
        ids = ids_to_guest(event.contacts, work.restaurant_id)
        Message.objects.of_restaurant(work.restaurant_id).filter(pk__in=ids).delete()


def reachable(email: str, phone: str) -> tuple[str, str] | None:
    """Return channel and address of a guest, None for a guest who cannot be reached."""
    for channel, typed in ((Channel.EMAIL, email), (Channel.SMS, phone)):
        try:
            if typed:
                return channel, checked_address(channel, typed)
        except InvalidInput:  # for example a phone number without its country
            continue
    return None


def _tell(booking: Booking, kind: str, write: Write, work: UnitOfWork) -> None:
    """Write one message about a booking that is still to come."""
    address = reachable(booking.email, booking.phone)
    if address is None or booking.starts_at <= work.now:
        return
    restaurant = restaurant_by_id(work.restaurant_id)
    at = booking.starts_at.astimezone(restaurant.tz)
    facts = MessageFacts(address[0], restaurant.name, booking.guest_name, at, booking.size, guest_link(booking))
    write_message(
        kind=kind,
        channel=address[0],
        to=address[1],
        text=partial(write, facts),
        restaurant=restaurant,
        work=work,
        language=language_of(booking, restaurant),
        useless_at=booking.starts_at,
        key=f"booking:{booking.pk}:{kind}:{booking.version}",
    )
