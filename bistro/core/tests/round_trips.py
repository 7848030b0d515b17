"""Numbers of round trips that differ between the databases."""

from django.db import connection

# Round trips for the position in the log. PostgreSQL reads epoch and head in one batch.
FEED_POSITION = 1 if connection.vendor == "postgresql" else 2
