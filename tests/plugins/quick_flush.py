"""After a test with its own transactions all rows are deleted, except those that Django writes about each model.

Django writes content types and permissions again after each such test, which takes longer than most of them.
"""

from typing import Any

from django.core.management.color import no_style
from django.db import connections
from django.test import TransactionTestCase

KEPT = {"django_content_type", "auth_permission"}


def pytest_configure() -> None:
    """Replace Django's way to clean up after a test."""
    TransactionTestCase._fixture_teardown = delete_rows_of


def delete_rows_of(test: TransactionTestCase) -> None:
    """Empty the databases of a test."""
    for alias in test._databases_names(include_mirrors=False):
        delete_rows(connections[alias])


def delete_rows(connection: Any) -> None:
    """Delete the rows of every table but the kept ones."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    written = [table for table in tables if table not in KEPT]
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), written))
