"""The step that copies the rules of bookings into the copy of a restaurant."""

from bistro.core.writing.house_copies import HouseCopy
from tables.bookings.models import BookingRules, Combination, CombinationTable, TurnTime


def copy_booking_rules(copy: HouseCopy) -> None:
    """Copy the rules, the usual stays and the combinations of the copied tables, without bookings."""
    copy.copy(BookingRules, TurnTime, Combination, CombinationTable)
