"""Groups of database exceptions that entry points treat alike."""

from django.db import InterfaceError, OperationalError
from psycopg_pool import PoolTimeout, TooManyRequests

from bistro.core.kernel.errors import Overloaded

# Raised by a database that is busy, restarting or out of reach: answered with 503 and Retry-After, never with 500.
DATABASE_IS_BUSY = (OperationalError, InterfaceError, PoolTimeout, TooManyRequests)


def database_is_busy() -> Overloaded:
    """Return the refusal of a request that the database could not serve."""
    return Overloaded("The server is busy. Try again in a moment.")
