"""Who may do what: one table (DECISIONS 4), tested pair by pair."""

from enum import StrEnum


class Role(StrEnum):
    """What a membership or a device is, in one restaurant."""

    OWNER = "owner"
    MANAGER = "manager"
    HOST = "host"
    WAITER = "waiter"
    KITCHEN = "kitchen"
    CASHIER = "cashier"
    PAD = "pad"
    SCREEN = "screen"
    INTEGRATION = "integration"


STAFF_ROLES = (Role.OWNER, Role.MANAGER, Role.HOST, Role.WAITER, Role.KITCHEN, Role.CASHIER)


class Act(StrEnum):
    """Something a person or a device does."""

    READ_ORDERS = "read_orders"  # the whole restaurant's; a pad reads its own party without it
    PLACE_ORDER = "place_order"
    PLACE_ANYWHERE = "place_anywhere"
    EDIT_ORDER = "edit_order"
    WITHDRAW_ANY = "withdraw_any"
    CONFIRM_ORDER = "confirm_order"
    CANCEL_ORDER = "cancel_order"
    DELIVER_ORDER = "deliver_order"
    FIRE_COURSE = "fire_course"
    COOK = "cook"  # start, bump, recall, push, hold, tick on the pass
    PAUSE = "pause"  # the kitchen takes no more of something for some minutes
    WATCH_KITCHEN = "watch_kitchen"
    WATCH_FLOOR = "watch_floor"
    SEAT_TABLE = "seat_table"
    CLEAR_TABLE = "clear_table"
    READ_EVENTS = "read_events"
    MANAGE = "manage"  # menu, floor, staff, devices: the admin
    DEBUG = "debug"

    @property
    def words(self) -> str:
        """Return the act in the words of messages: "Your role cannot …"."""
        return _WORDS[self]


_WORDS = {
    Act.READ_ORDERS: "read orders",
    Act.PLACE_ORDER: "place orders",
    Act.PLACE_ANYWHERE: "order for any table",
    Act.EDIT_ORDER: "change orders",
    Act.WITHDRAW_ANY: "withdraw any order",
    Act.CONFIRM_ORDER: "confirm orders",
    Act.CANCEL_ORDER: "cancel orders",
    Act.DELIVER_ORDER: "deliver orders",
    Act.FIRE_COURSE: "fire courses",
    Act.COOK: "work on tickets",
    Act.PAUSE: "pause orders",
    Act.WATCH_KITCHEN: "open the kitchen screens",
    Act.WATCH_FLOOR: "open the floor plan",
    Act.SEAT_TABLE: "seat guests",
    Act.CLEAR_TABLE: "clear tables",
    Act.READ_EVENTS: "read events",
    Act.MANAGE: "use the admin",
    Act.DEBUG: "use debug functions",
}

_EVERYTHING = frozenset(Act)
_ORDER_TAKING = {Act.READ_ORDERS, Act.PLACE_ORDER, Act.PLACE_ANYWHERE, Act.EDIT_ORDER}

MAY: dict[str, frozenset[Act]] = {
    Role.OWNER: _EVERYTHING,
    Role.MANAGER: _EVERYTHING,
    Role.WAITER: frozenset(
        _ORDER_TAKING
        | {Act.CONFIRM_ORDER, Act.CANCEL_ORDER, Act.DELIVER_ORDER, Act.FIRE_COURSE}
        | {Act.SEAT_TABLE, Act.CLEAR_TABLE}
        | {Act.WATCH_FLOOR, Act.WATCH_KITCHEN, Act.READ_EVENTS}
    ),
    Role.HOST: frozenset({Act.READ_ORDERS, Act.SEAT_TABLE, Act.CLEAR_TABLE, Act.WATCH_FLOOR, Act.READ_EVENTS}),
    Role.KITCHEN: frozenset(
        {Act.READ_ORDERS, Act.COOK, Act.FIRE_COURSE, Act.CONFIRM_ORDER, Act.DELIVER_ORDER}
        | {Act.PAUSE, Act.WATCH_KITCHEN, Act.READ_EVENTS}
    ),
    Role.CASHIER: frozenset({Act.READ_ORDERS, Act.WATCH_FLOOR, Act.READ_EVENTS}),
    Role.PAD: frozenset({Act.PLACE_ORDER, Act.EDIT_ORDER}),
    Role.SCREEN: frozenset(
        {Act.READ_ORDERS, Act.COOK, Act.FIRE_COURSE, Act.DELIVER_ORDER}
        | {Act.PAUSE, Act.WATCH_KITCHEN, Act.READ_EVENTS}
    ),
    Role.INTEGRATION: frozenset(
        {Act.READ_ORDERS, Act.PLACE_ORDER, Act.PLACE_ANYWHERE, Act.EDIT_ORDER, Act.READ_EVENTS}
    ),
}
