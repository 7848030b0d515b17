"""The groups of calls in the OpenAPI document, and names of its enumerations. A view names its group as `subject`."""

TAGS = [
    {"name": "Orders", "description": "Place, read, change and move orders."},
    {"name": "Pads", "description": "What a pad reads and reports about itself and its party."},
    {"name": "Menu", "description": "What is sold now, and pauses."},
    {"name": "Kitchen", "description": "Tickets, their lines, and the kitchen's load."},
    {"name": "Floor", "description": "Tables and their parties."},
    {"name": "Room", "description": "Guests, tables, batch, sync and dashboard of the floor app QTable."},
    {"name": "Bookings", "description": "Tables promised to guests for a time; QTable calls them reservations."},
    {"name": "Bills", "description": "Bills of parties: comps, shares, payments and refunds."},
    {"name": "Vouchers", "description": "Gift cards: sale, balance, cancelling."},
    {"name": "Accounts", "description": "House accounts: bills that are paid later."},
    {"name": "Tills", "description": "Tills of cash, and closings of days."},
    {"name": "Logins", "description": "People's logins and tokens."},
    {"name": "Devices", "description": "Enrolment and tokens of pads, screens and integrations."},
    {"name": "Event log", "description": "What happened, in order."},
    {"name": "Installation", "description": "Facts for the operator."},
]

# Enumerations that fields of one name share: {name in the document: path of the choices}
ENUM_NAMES = {
    "OrderKindEnum": "bistro.core.kernel.order_kinds.OrderKind",
    "DocumentKindEnum": "orders.documents.transitions.DocumentKind",
    "TipToEnum": "orders.billing.transitions.TipTo.values",
    "HouseMethodEnum": "orders.billing.api.serializers.HOUSE_METHODS",
    "GuestStatusEnum": "orders.qtable.steps.GUEST_STATUSES",
    "TableStatusEnum": "orders.qtable.serializers.TABLE_STATUSES",
    "ReservationStatusEnum": "tables.bookings.api.serializers.STATUSES",
}
