"""Roles and their permissions, in one table (ADR 0020). Tests check every pair."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """The role of a membership or a device in one restaurant."""

    OWNER = "owner"
    MANAGER = "manager"
    HOST = "host"
    WAITER = "waiter"
    KITCHEN = "kitchen"
    CASHIER = "cashier"
    PAD = "pad"
    SCREEN = "screen"
    TABLET = "tablet"  # shared by staff; without a person it may do nothing
    INTEGRATION = "integration"


STAFF_ROLES = (Role.OWNER, Role.MANAGER, Role.HOST, Role.WAITER, Role.KITCHEN, Role.CASHIER)


class Permission(StrEnum):
    """An action that a role may be allowed to do."""

    READ_ORDERS = "read_orders"  # the whole restaurant's; a pad reads its own party without it
    PLACE_ORDER = "place_order"
    PLACE_ANYWHERE = "place_anywhere"
    EDIT_ORDER = "edit_order"
    WITHDRAW_ANY = "withdraw_any"
    CONFIRM_ORDER = "confirm_order"
    CANCEL_ORDER = "cancel_order"
    VOID_COOKED = "void_cooked"  # lines that a cook has begun; lines that wait need CANCEL_ORDER only
    DELIVER_ORDER = "deliver_order"
    FIRE_COURSE = "fire_course"
    DECLARE_ALLERGIES = "declare_allergies"  # of guests; a pad for its own party
    COOK = "cook"  # start, bump, recall, push, hold, tick on the pass
    PAUSE = "pause"  # stop orders for an item, a category or all pads for some minutes
    SET_AVAILABILITY = "set_availability"  # 86, portions left, back on sale
    WATCH_KITCHEN = "watch_kitchen"
    WATCH_FLOOR = "watch_floor"
    SEAT_TABLE = "seat_table"
    TAKE_BOOKING = "take_booking"  # see, take, change and cancel bookings, and mark no-shows
    OVERSEAT = "overseat"  # put more guests at a table than it has seats
    CLEAR_TABLE = "clear_table"
    SET_PRICE = "set_price"  # open items and other prices than the menu's, up to the restaurant's limit
    APPROVE_PRICE = "approve_price"  # above the limit
    TAKE_PAYMENT = "take_payment"  # present, split and print bills, take payments
    ADJUST_BILL = "adjust_bill"  # comps, discounts, write-offs, up to the restaurant's limit
    REFUND = "refund"  # payments of today, up to the limit
    APPROVE_BILL = "approve_bill"  # comps, discounts and refunds above the limit, refunds of earlier days
    USE_TILL = "use_till"  # open, fill, count and close the own till or a shared one; the own end of shift
    CLOSE_DAY = "close_day"  # all tills, the X report, closings of days
    READ_REPORTS = "read_reports"  # sales with the names of staff
    CALL_STAFF = "call_staff"  # guests at a pad
    ANSWER_CALLS = "answer_calls"
    READ_EVENTS = "read_events"
    MANAGE = "manage"  # menu, floor, staff, devices: the admin
    DEBUG = "debug"

    @property
    def words(self) -> str:
        """Return the permission in the words of messages: "Your role cannot …"."""
        return str(_WORDS[self])


_WORDS = {
    Permission.READ_ORDERS: _("read orders"),
    Permission.PLACE_ORDER: _("place orders"),
    Permission.PLACE_ANYWHERE: _("order for any table"),
    Permission.EDIT_ORDER: _("change orders"),
    Permission.WITHDRAW_ANY: _("withdraw any order"),
    Permission.CONFIRM_ORDER: _("confirm orders"),
    Permission.CANCEL_ORDER: _("cancel orders"),
    Permission.VOID_COOKED: _("void what the kitchen has begun"),
    Permission.DELIVER_ORDER: _("deliver orders"),
    Permission.FIRE_COURSE: _("fire courses"),
    Permission.DECLARE_ALLERGIES: _("declare allergies"),
    Permission.COOK: _("work on tickets"),
    Permission.PAUSE: _("pause orders"),
    Permission.SET_AVAILABILITY: _("mark dishes sold out"),
    Permission.WATCH_KITCHEN: _("open the kitchen screens"),
    Permission.WATCH_FLOOR: _("open the floor plan"),
    Permission.SEAT_TABLE: _("seat guests"),
    Permission.TAKE_BOOKING: _("take bookings"),
    Permission.OVERSEAT: _("seat more guests than there are seats"),
    Permission.CLEAR_TABLE: _("clear tables"),
    Permission.SET_PRICE: _("set prices of orders"),
    Permission.APPROVE_PRICE: _("approve prices of orders"),
    Permission.TAKE_PAYMENT: _("take payments"),
    Permission.ADJUST_BILL: _("give comps and discounts"),
    Permission.REFUND: _("give money back"),
    Permission.APPROVE_BILL: _("approve comps, discounts and refunds"),
    Permission.USE_TILL: _("use a till"),
    Permission.CLOSE_DAY: _("close the day"),
    Permission.READ_REPORTS: _("read reports"),
    Permission.CALL_STAFF: _("call staff"),
    Permission.ANSWER_CALLS: _("answer calls of guests"),
    Permission.READ_EVENTS: _("read events"),
    Permission.MANAGE: _("use the admin"),
    Permission.DEBUG: _("use debug functions"),
}

ROLE_NAMES = {
    Role.OWNER: _("Owner"),
    Role.MANAGER: _("Manager"),
    Role.HOST: _("Host"),
    Role.WAITER: _("Waiter"),
    Role.KITCHEN: _("Kitchen"),
    Role.CASHIER: _("Cashier"),
    Role.PAD: _("Pad of guests"),
    Role.SCREEN: _("Kitchen screen"),
    Role.TABLET: _("Shared tablet"),
    Role.INTEGRATION: _("Integration"),
}

_EVERYTHING = frozenset(Permission)
_BILLING = {Permission.TAKE_PAYMENT, Permission.ADJUST_BILL, Permission.REFUND, Permission.USE_TILL}
# A PIN is too short for these, so a person on a shared tablet does not have them.
NOT_BY_PIN = frozenset({Permission.MANAGE, Permission.DEBUG})
_ORDER_TAKING = {
    Permission.READ_ORDERS,
    Permission.PLACE_ORDER,
    Permission.PLACE_ANYWHERE,
    Permission.EDIT_ORDER,
    Permission.DECLARE_ALLERGIES,
}

PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.OWNER: _EVERYTHING,
    Role.MANAGER: _EVERYTHING,
    Role.WAITER: frozenset(
        _ORDER_TAKING
        | {Permission.CONFIRM_ORDER, Permission.CANCEL_ORDER, Permission.DELIVER_ORDER, Permission.FIRE_COURSE}
        | {Permission.SEAT_TABLE, Permission.CLEAR_TABLE, Permission.SET_AVAILABILITY, Permission.ANSWER_CALLS}
        | {Permission.TAKE_BOOKING, Permission.SET_PRICE}
        | _BILLING
        | {Permission.WATCH_FLOOR, Permission.WATCH_KITCHEN, Permission.READ_EVENTS}
    ),
    Role.HOST: frozenset(
        {
            Permission.READ_ORDERS,
            Permission.SEAT_TABLE,
            Permission.TAKE_BOOKING,
            Permission.OVERSEAT,
            Permission.CLEAR_TABLE,
            Permission.DECLARE_ALLERGIES,
            Permission.ANSWER_CALLS,
            Permission.WATCH_FLOOR,
            Permission.READ_EVENTS,
        }
    ),
    Role.KITCHEN: frozenset(
        {
            Permission.READ_ORDERS,
            Permission.COOK,
            Permission.FIRE_COURSE,
            Permission.CONFIRM_ORDER,
            Permission.DELIVER_ORDER,
        }
        | {Permission.PAUSE, Permission.SET_AVAILABILITY, Permission.WATCH_KITCHEN, Permission.READ_EVENTS}
    ),
    Role.CASHIER: frozenset({Permission.READ_ORDERS, Permission.WATCH_FLOOR, Permission.READ_EVENTS} | _BILLING),
    Role.PAD: frozenset(
        {Permission.PLACE_ORDER, Permission.EDIT_ORDER, Permission.DECLARE_ALLERGIES, Permission.CALL_STAFF}
    ),
    Role.SCREEN: frozenset(
        {Permission.READ_ORDERS, Permission.COOK, Permission.FIRE_COURSE, Permission.DELIVER_ORDER}
        | {Permission.PAUSE, Permission.SET_AVAILABILITY, Permission.WATCH_KITCHEN, Permission.READ_EVENTS}
    ),
    Role.TABLET: frozenset(),
    Role.INTEGRATION: frozenset(
        {
            Permission.READ_ORDERS,
            Permission.PLACE_ORDER,
            Permission.PLACE_ANYWHERE,
            Permission.EDIT_ORDER,
            Permission.DECLARE_ALLERGIES,
            Permission.TAKE_BOOKING,
            Permission.READ_EVENTS,
        }
    ),
}
