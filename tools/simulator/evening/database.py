"""A database of its own for what must not touch the real one."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test.utils import override_settings, setup_test_environment, teardown_test_environment

QUICK = {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"], "SECURE_SSL_REDIRECT": False}
OWN_CACHE = {"default": {"BACKEND": "bistro.core.auth.counting_caches.CountingMemoryCache"}}


@contextmanager
def own_database() -> Iterator[None]:
    """Create an empty database beside the real one, use it, and throw it away. The cache is one of this process."""
    setup_test_environment(debug=False)
    name = settings.DATABASES["default"]["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    logging.disable(logging.WARNING)  # each refusal of a call would be a line
    try:
        with override_settings(**QUICK, CACHES=OWN_CACHE):
            cache.clear()
            yield
    finally:
        logging.disable(logging.NOTSET)
        connection.creation.destroy_test_db(name, verbosity=0)
        teardown_test_environment()
