"""Roles and their permissions, in one table (ADR 0020). Tests check every pair."""

from enum import StrEnum


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
    OVERSEAT = "overseat"  # put more guests at a table than it has seats
    CLEAR_TABLE = "clear_table"
    SET_PRICE = "set_price"  # open items and other prices than the menu's, up to the restaurant's limit
    APPROVE_PRICE = "approve_price"  # above the limit
    CALL_STAFF = "call_staff"  # guests at a pad
    ANSWER_CALLS = "answer_calls"
    READ_EVENTS = "read_events"
    MANAGE = "manage"  # menu, floor, staff, devices: the admin
    DEBUG = "debug"

    @property
    def words(self) -> str:
        """Return the permission in the words of messages: "Your role cannot …"."""
        return _WORDS[self]


_WORDS = {
    Permission.READ_ORDERS: "read orders",
    Permission.PLACE_ORDER: "place orders",
    Permission.PLACE_ANYWHERE: "order for any table",
    Permission.EDIT_ORDER: "change orders",
    Permission.WITHDRAW_ANY: "withdraw any order",
    Permission.CONFIRM_ORDER: "confirm orders",
    Permission.CANCEL_ORDER: "cancel orders",
    Permission.VOID_COOKED: "void what the kitchen has begun",
    Permission.DELIVER_ORDER: "deliver orders",
    Permission.FIRE_COURSE: "fire courses",
    Permission.DECLARE_ALLERGIES: "declare allergies",
    Permission.COOK: "work on tickets",
    Permission.PAUSE: "pause orders",
    Permission.SET_AVAILABILITY: "mark dishes sold out",
    Permission.WATCH_KITCHEN: "open the kitchen screens",
    Permission.WATCH_FLOOR: "open the floor plan",
    Permission.SEAT_TABLE: "seat guests",
    Permission.OVERSEAT: "seat more guests than there are seats",
    Permission.CLEAR_TABLE: "clear tables",
    Permission.SET_PRICE: "set prices of orders",
    Permission.APPROVE_PRICE: "approve prices of orders",
    Permission.CALL_STAFF: "call staff",
    Permission.ANSWER_CALLS: "answer calls of guests",
    Permission.READ_EVENTS: "read events",
    Permission.MANAGE: "use the admin",
    Permission.DEBUG: "use debug functions",
}

_EVERYTHING = frozenset(Permission)
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
        | {Permission.SET_PRICE}
        | {Permission.WATCH_FLOOR, Permission.WATCH_KITCHEN, Permission.READ_EVENTS}
    ),
    Role.HOST: frozenset(
        {
            Permission.READ_ORDERS,
            Permission.SEAT_TABLE,
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
    Role.CASHIER: frozenset({Permission.READ_ORDERS, Permission.WATCH_FLOOR, Permission.READ_EVENTS}),
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
            Permission.READ_EVENTS,
        }
    ),
}
