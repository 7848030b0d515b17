"""Groups of database exceptions that entry points treat alike."""

from django.db import InterfaceError, OperationalError
from psycopg_pool import PoolTimeout, TooManyRequests

# Raised by a database that is busy, restarting or out of reach: answered with 503 and Retry-After, never with 500.
DATABASE_IS_BUSY = (OperationalError, InterfaceError, PoolTimeout, TooManyRequests)
