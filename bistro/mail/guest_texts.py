"""The words of messages to guests who booked or wait, as an e-mail or as a short text message."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bistro.mail.models import Channel
from bistro.mail.texts import Text


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """The facts of a message: the restaurant, the guest, the time there, the number of guests, the guest's own page."""

    channel: str
    restaurant: str
    name: str
    at: datetime
    size: int
    link: str

    def words(self) -> dict[str, str | int]:
        """Return the facts for a sentence, with the time as the reader's language writes it."""
        when = f"{date_format(self.at, 'l')}, {date_format(self.at, 'DATE_FORMAT')}, {self.at:%H:%M}"
        return {
            "restaurant": self.restaurant,
            "name": self.name,
            "when": when,
            "clock": f"{self.at:%H:%M}",
            "size": self.size,
            "link": self.link,
            "calendar": f"{self.link}calendar.ics",
        }


def booked(facts: MessageFacts) -> Text:
    """Confirm a booking."""
    if facts.channel == Channel.SMS:
        return _short(facts, _("%(restaurant)s: booked for %(when)s, guests: %(size)s. Change or cancel: %(link)s"))
    return _letter(
        facts,
        _("Your booking at %(restaurant)s, %(when)s"),
        _("Hello %(name)s,\n\nyour table is booked.\n\n%(when)s\nGuests: %(size)s"),
    )


def changed(facts: MessageFacts) -> Text:
    """Tell the new time and number of guests of a booking."""
    if facts.channel == Channel.SMS:
        return _short(facts, _("%(restaurant)s: changed to %(when)s, guests: %(size)s. Change or cancel: %(link)s"))
    return _letter(
        facts,
        _("Your booking at %(restaurant)s has changed: %(when)s"),
        _("Hello %(name)s,\n\nyour booking has changed. It is now:\n\n%(when)s\nGuests: %(size)s"),
    )


def cancelled(facts: MessageFacts) -> Text:
    """Tell that a booking is cancelled."""
    if facts.channel == Channel.SMS:
        return _short(facts, _("%(restaurant)s: your booking for %(when)s is cancelled."))
    words = facts.words()
    return Text(
        subject=_("Your booking at %(restaurant)s is cancelled") % words,
        body=_(
            "Hello %(name)s,\n\nyour booking for %(when)s is cancelled. We hope to see you another time."
            "\n\n%(restaurant)s"
        )
        % words,
    )


def reminder(facts: MessageFacts) -> Text:
    """Remind guests of a booking."""
    if facts.channel == Channel.SMS:
        return _short(facts, _("%(restaurant)s expects you: %(when)s, guests: %(size)s. Change or cancel: %(link)s"))
    return _letter(
        facts,
        _("See you soon at %(restaurant)s: %(when)s"),
        _("Hello %(name)s,\n\nwe look forward to your visit.\n\n%(when)s\nGuests: %(size)s"),
    )


def ready(facts: MessageFacts) -> Text:
    """Tell waiting guests that a table is kept for them."""
    if facts.channel == Channel.SMS:
        return _short(facts, _("%(restaurant)s: your table is ready. Please come by %(clock)s. %(link)s"))
    words = facts.words()
    return Text(
        subject=_("Your table at %(restaurant)s is ready") % words,
        body=_("Hello %(name)s,\n\nyour table is ready. Please come by %(clock)s.\n\n%(link)s\n\n%(restaurant)s")
        % words,
    )


def _short(facts: MessageFacts, words: str) -> Text:
    return Text(subject="", body=words % facts.words())


def _letter(facts: MessageFacts, subject: str, body: str) -> Text:
    """Return an e-mail with the guest's own page and the calendar file below the words."""
    end = _("Change or cancel: %(link)s\nFor your calendar: %(calendar)s\n\n%(restaurant)s")
    return Text(subject=subject % facts.words(), body=f"{body}\n\n{end}" % facts.words())
