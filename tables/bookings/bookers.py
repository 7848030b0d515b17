"""The person who books, as forms and programs name them."""

from dataclasses import dataclass

from django.utils.translation import gettext

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.texts import clean_text
from tables.guests.contacts import digits_of


@dataclass(frozen=True, slots=True)
class Guest:
    """The person who books: name, contact and wishes."""

    name: str
    phone: str = ""
    email: str = ""
    language: str = ""
    notes: str = ""
    occasion: str = ""

    @property
    def contacts(self) -> tuple[str, str]:
        """Return phone number and e-mail address, however they were typed, as they are compared."""
        return digits_of(self.phone), clean_text(self.email).lower()

    def fields(self) -> dict[str, str]:
        """Return the columns of a booking. Raises InvalidInput without a name."""
        if not clean_text(self.name):
            message = gettext("A booking needs a name.")
            raise InvalidInput(message, fields={"guestName": [message]})
        return {
            "guest_name": clean_text(self.name)[:120],
            "phone": clean_text(self.phone)[:40],
            "email": clean_text(self.email)[:254],
            "language": self.language,
            "notes": clean_text(self.notes, lines=True),
            "occasion": clean_text(self.occasion)[:60],
        }
