"""How many trips to the database something takes, where that differs from one database to the other."""

from django.db import connection

# Where the log stands: the name of its history and its head. PostgreSQL takes both questions at once.
FEED_POSITION = 1 if connection.vendor == "postgresql" else 2
