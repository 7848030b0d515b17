"""The wiring between apps: reactions to events, alarms and health checks of higher apps, sweeps.

Apps know nothing of the apps above them; this module does.
"""

from django.utils.translation import gettext_lazy as _

from bistro.core.kernel.places import Place
from bistro.core.kernel.roles import Permission

_SLIPS = "kitchen.printing.steps.write_slips"  # after the steps that change tickets
_LOWER = "orders.billing.steps.lower_for_orders"

# {event: steps that run in its transaction, in this order} (ADR 0001)
EVENT_REACTIONS: dict[str, list[str]] = {
    "orders.events.OrderPlaced": ["kitchen.steps.open_tickets", _SLIPS],
    "orders.events.CourseFired": ["kitchen.steps.open_tickets", _SLIPS],
    "orders.events.OrderSent": ["kitchen.steps.open_tickets", _SLIPS],
    "orders.events.OrderEdited": ["kitchen.steps.rewrite_tickets", _SLIPS, _LOWER],
    "orders.events.LinesVoided": ["kitchen.steps.void_on_tickets", _SLIPS],
    "orders.events.AllergiesChanged": ["kitchen.steps.mark_allergies", _SLIPS],
    "orders.events.OrderMoved": ["kitchen.steps.relabel_tickets"],
    "orders.events.LinesMoved": ["kitchen.steps.split_tickets", _SLIPS, _LOWER],
    "orders.events.OrderCancelled": ["kitchen.steps.close_tickets", _SLIPS, _LOWER],
    "orders.events.OrderWithdrawn": ["kitchen.steps.close_tickets", _SLIPS, _LOWER],
    "orders.events.BillReduced": [_LOWER],
    "kitchen.events.TicketPushed": [_SLIPS],
    "orders.billing.events.BillPaid": [
        "orders.documents.steps.issue_documents",
        "orders.billing.steps.note_paid_stays",
        "orders.billing.steps.release_tabs",
        "orders.billing.steps.lower_for_bills",
        "orders.billing.deposits.steps.spend_deposits",
    ],
    "orders.billing.events.BillWrittenOff": ["orders.billing.steps.release_tabs"],
    "orders.billing.events.BillAdjusted": [
        "orders.documents.steps.issue_documents",
        "orders.billing.steps.lower_for_bills",
    ],
    "orders.documents.events.DocumentCopied": ["bistro.mail.steps.mail_receipts"],
    "orders.billing.events.PaymentTaken": ["orders.till.steps.take_cash", "bistro.receipts.steps.open_for_payments"],
    "orders.billing.events.PaymentCaptured": ["orders.till.steps.take_cash"],
    "orders.billing.events.PaymentRefunded": [
        "orders.till.steps.give_cash_back",
        "bistro.receipts.steps.open_for_refunds",
    ],
    "orders.billing.account_events.AccountSettled": [
        "orders.till.steps.take_account_money",
        "bistro.receipts.steps.open_for_accounts",
    ],
    "orders.billing.voucher_events.VoucherSold": [
        "orders.till.steps.take_voucher_money",
        "bistro.receipts.steps.open_for_vouchers",
    ],
    "orders.billing.voucher_events.VoucherVoided": [
        "orders.till.steps.take_voucher_money",
        "bistro.receipts.steps.open_for_vouchers",
    ],
    "orders.billing.voucher_events.VoucherReturned": ["orders.billing.deposits.steps.give_returned_back"],
    "orders.billing.deposit_events.DepositTaken": ["orders.till.steps.take_voucher_money"],
    "orders.billing.deposit_events.DepositGivenBack": ["orders.till.steps.take_voucher_money"],
    "orders.billing.deposit_events.DepositKept": ["orders.till.steps.take_voucher_money"],
    "orders.till.events.PeriodClosed": ["orders.documents.steps.sign_closings"],
    "orders.till.events.TillOpened": ["bistro.receipts.steps.open_for_tills"],
    "orders.till.events.TillMoved": ["bistro.receipts.steps.open_for_tills"],
    "tables.events.PartySeated": ["orders.billing.steps.carry_bills", "tables.bookings.steps.return_bookings"],
    "tables.guests.events.GuestsMerged": ["tables.waitlist.steps.follow_merges"],
    "tables.guests.events.GuestErased": [
        "tables.waitlist.steps.forget_parties",
        "bistro.mail.steps.guests.forget_messages",  # finds them by the bookings' contacts, which the next step erases
        "tables.bookings.steps.forget_bookings",
    ],
    "tables.bookings.events.BookingMovedOn": [
        "tables.bookings.steps.count_no_shows",
        "orders.billing.deposits.steps.follow_guests",
    ],
    "tables.bookings.events.DepositWanted": ["orders.billing.deposits.steps.want_deposits"],
    "tables.bookings.events.BookingTaken": ["bistro.mail.steps.guests.tell_booked"],
    "tables.bookings.events.BookingChanged": ["bistro.mail.steps.guests.tell_changed"],
    "tables.bookings.events.BookingCancelled": [
        "orders.billing.deposits.steps.end_deposits",
        "bistro.mail.steps.guests.tell_cancelled",
    ],
    "tables.bookings.events.BookingIsNear": ["bistro.mail.steps.guests.remind"],
    "tables.waitlist.events.TableOffered": ["bistro.mail.steps.guests.tell_ready"],
    "tables.events.PartyCompleted": [
        "orders.billing.deposits.steps.close_deposits",
        "orders.billing.steps.release_left_tabs",
        "tables.bookings.steps.finish_bookings",
    ],
    "tables.events.PartyJoined": ["orders.billing.steps.count_seats_on", "tables.bookings.steps.join_bookings"],
    "menu.events.ChoicesCopied": ["kitchen.steps.route_copies"],
    "menu.events.ItemCopied": ["kitchen.steps.route_copied_items"],
    "bistro.core.writing.people_events.MemberInvited": ["bistro.mail.steps.mail_invitations"],
    "bistro.core.writing.people_events.PasswordResetOffered": ["bistro.mail.steps.mail_password_resets"],
    "bistro.core.writing.people_events.RestaurantOpened": ["menu.steps.add_catalogues"],
    "bistro.core.writing.configuration_events.RestaurantChanged": [
        "menu.steps.restaurant_changed",
        "orders.till.steps.keep_currency",
    ],
}

# Alarms of higher apps on the floor plan, each a function of the actor.
FLOOR_ALARMS: list[str] = [
    "kitchen.alarms.unseen_tickets",
    "kitchen.printing.alarms.printer_alarms",
    "bistro.backup.alarms.backup_alarms",
    "bistro.mail.alarms.message_alarms",
    "bistro.webhooks.alarms.hook_alarms",
    "orders.billing.alarms.payment_alarms",
]

# Append-only tables of the apps, {model: columns that may change}.
APPEND_ONLY: dict[str, tuple[str, ...]] = {
    "till.TillMove": ("closing_id",),
    "till.TillCount": (),
    "till.Closing": (),
    "documents.Document": (),
    "documents.Copy": (),
    "billing.ServiceRule": (),
    "billing.TipRule": (),
    "billing.VoucherMove": (),
    "billing.AccountMove": (),
    "till.TipMove": (),
}

# (kept orders) -> orders.service_charge.Amounts: lines after comps and discounts, and their part of the service charge.
LINE_AMOUNTS = "orders.billing.selectors.line_amounts"

# (payment that has arrived) -> the address of its receipt for the guest, "" without one.
RECEIPT_LINK = "orders.documents.selectors.receipt_link"

# Checks of higher apps before a table is cleared: (party, unit of work), each raises DomainError to refuse it.
CLEAR_CHECKS: list[str] = ["orders.billing.steps.require_paid"]

# Checks of higher apps before the number of guests changes: (party, new number or None, unit of work), each raises
# DomainError to refuse it.
SIZE_CHECKS: list[str] = ["orders.billing.steps.keep_service_charge"]

# Uses of tables by higher apps, each (table ids, restaurant id) -> {table id: why it cannot be taken away}.
TABLE_USES: list[str] = ["tables.bookings.table_uses.booked_tables"]

# Facts about a guest for the copy that the guest may ask for: (guest's id, restaurant's id) -> part of its JSON.
GUEST_FACTS: list[str] = [
    "tables.waitlist.selectors.visits_of_guest",
    "tables.bookings.guest_bookings.bookings_of_guest",
    "bistro.mail.guest_messages.messages_of_guest",
]

# The alarms that the shell counts and lists: (actor, now) -> orders.floor.alarms.Alarm.
SHELL_ALARMS = "orders.floor.alarms.alarms"

# Facts of higher apps about the person in the shell, each (actor) -> pairs of label and text ("My section", "Window").
SHELL_FACTS: list[str] = ["tables.selectors.facts_of_server"]

# The places of the shell's rail, in this order. A role sees those that it may open.
PLACES: list[Place] = [
    Place(
        "setup",
        _("Set up"),
        "setup:overview",
        "check",
        Permission.MANAGE,
        False,
        _("What this restaurant needs before its first order"),
        shown="bistro.setup.checklist.is_unfinished",
        starts="bistro.setup.checklist.is_missing_a_step",
    ),
    Place(
        "floor",
        _("Floor"),
        "floor:floor",
        "floor",
        Permission.WATCH_FLOOR,
        about=_("Tables, who needs somebody, orders"),
    ),
    Place(
        "counter",
        _("Counter"),
        "ordering:counter",
        "bag",
        Permission.WATCH_FLOOR,
        about=_("Take-away and counter orders"),
        also=("ordering:counter-screen",),
    ),
    Place(
        "kitchen", _("Kitchen"), "kitchen:board", "kitchen", Permission.WATCH_KITCHEN, about=_("The wall of tickets")
    ),
    Place("pass", _("Pass"), "kitchen:expo", "cloche", Permission.WATCH_KITCHEN, about=_("What is ready to serve")),
    Place(
        "host",
        _("Host"),
        "host:day",
        "host",
        Permission.TAKE_BOOKING,
        about=_("Bookings of the day, by time and by table"),
        also=("host:new",),
    ),
    Place(
        "waiting",
        _("Waiting list"),
        "waitlist:list",
        "clock",
        Permission.SEAT_TABLE,
        False,
        _("Waiting parties, quotes, tables kept for them"),
    ),
    Place(
        "sections",
        _("Sections"),
        "sections:sections",
        "people",
        Permission.SEAT_TABLE,
        False,
        _("Who serves which section today, and who gets the next guests"),
    ),
    Place(
        "guests",
        _("Guests"),
        "guests:list",
        "people",
        Permission.SEAT_TABLE,
        False,
        _("Guests known by phone or e-mail: allergies, notes, visits"),
        also=("guests:new",),
    ),
    Place(
        "evening",
        _("My evening"),
        "floor:evening",
        "moon",
        Permission.PLACE_ANYWHERE,
        False,
        _("My tables and sales so far, hand-over"),
    ),
    Place(
        "till",
        _("Till"),
        "till:tills",
        "cash",
        Permission.USE_TILL,
        False,
        _("Cash, end of my shift, closing of the day"),
        also=("till:shift", "till:x", "till:closings"),
    ),
    Place(
        "reports",
        _("Reports"),
        "reports:today",
        "reports",
        Permission.READ_REPORTS,
        False,
        _("Sales, tips and money of a day"),
    ),
    Place(
        "admin",
        _("Admin"),
        "admin:index",
        "admin",
        Permission.MANAGE,
        False,
        _("Menu, tables, staff, devices, history"),
    ),
]

# Strips of higher apps on the kitchen's boards: (restaurant id, events or None) -> HTML, or "" for no change.
WALL_STRIPS: list[str] = ["kitchen.printing.strip.printers_strip"]

# Checks of higher apps on /health, each a function of `now`. They can degrade an installation.
HEALTH_CHECKS: list[str] = ["kitchen.printing.health.printer_backlog"]

# Kinds of bulk changes of dishes, each () -> menu.bulk.kinds.Kind, in the order of the form.
BULK_CHANGES: list[str] = [
    "menu.bulk.kinds.prices",
    "menu.bulk.kinds.categories",
    "kitchen.bulk_stations.stations",
]

# What an import of the menu asks of the kitchen: (restaurant id) -> stations; the step that creates stations by name;
# the step that routes dishes to stations.
IMPORT_STATIONS: list[str] = [
    "kitchen.import_stations.read_stations",
    "kitchen.import_stations.create_stations",
    "kitchen.setup_steps.route_items",
]

# Services that run once a second in every server process. Conditional UPDATEs decide which process acts.
SWEEPS: list[str] = [
    "menu.services.end_pauses",
    "menu.services.end_timed_offs",
    "menu.files.services.import_due",
    "tables.services.ring_again",
    "tables.services.escalate_calls",
    "tables.waitlist.services.pass_offers_on",
    "orders.services.raise_unseen_alarms",
    "kitchen.services.raise_unseen_ticket_alarms",
    "orders.services.fire_due_courses",
    "orders.billing.services.ask_due",
    "kitchen.printing.services.print_due",
    "bistro.mail.services.send_due",
    "bistro.webhooks.services.deliver_due",
    "orders.documents.services.sign_due",
    "bistro.backup.schedule.back_up_when_due",
    "bistro.core.services.sealing.seal_events",
    "bistro.core.services.upkeep.refresh_statistics",
    "bistro.core.services.uploads.remove_unused_uploads",
    "bistro.core.ops.integrity.check_after_unclean_start",
    "bistro.core.auth.rate_limits.reconnect_cache",
    "bistro.core.auth.tablets.sweep_tablets",
]

# Sweeps whose times are minutes: they run in every tenth round, the first one included.
SLOW_SWEEPS: list[str] = [
    "tables.bookings.services.mark_late",
    "tables.bookings.services.mark_missing",
    "tables.bookings.services.follow_overstays",
    "tables.bookings.services.drop_lapsed_holds",
    "tables.bookings.services.cancel_unpaid",
    "tables.bookings.services.remind_guests",
    "tables.bookings.services.learn_turns",
]

# (compiled menu, now) -> {item: minutes until it would be ready if ordered now}, for the waiter's order form.
ORDER_QUOTES = "kitchen.load.quotes"

# (compiled menu, [(item, choices)]) -> names of the stations that get a ticket, for the button that sends an order.
ORDER_STATIONS = "kitchen.station_routes.station_names"
