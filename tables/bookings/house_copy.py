"""The step that copies the rules of bookings into the copy of a restaurant."""

from bistro.core.writing.house_copies import HouseCopy
from tables.bookings.models import BookingRules, Combination, CombinationTable, DepositRule, TurnTime


def copy_booking_rules(copy: HouseCopy) -> None:
    """Copy the rules, usual stays, deposits and combinations of the copied tables, without bookings and links."""
    copy.copy_rows(copy.rows_of(BookingRules), online_token=None, calendar_token=None, embed_site="")
    copy.copy_rows(copy.rows_of(TurnTime).filter(daypart=""))
    copy.copy_rows(copy.rows_of(DepositRule))
    copy.copy(Combination, CombinationTable)
