"""The groups of calls in the OpenAPI document. A view names its group as `subject`."""

TAGS = [
    {"name": "Orders", "description": "Place, read, change and move orders."},
    {"name": "Pads", "description": "What a pad reads and reports about itself and its party."},
    {"name": "Menu", "description": "What is sold now, and pauses."},
    {"name": "Kitchen", "description": "Tickets, their lines, and the kitchen's load."},
    {"name": "Floor", "description": "Tables and their parties."},
    {"name": "Logins", "description": "People's logins and tokens."},
    {"name": "Devices", "description": "Enrolment and tokens of pads, screens and integrations."},
    {"name": "Event log", "description": "What happened, in order."},
    {"name": "Installation", "description": "Facts for the operator."},
]
