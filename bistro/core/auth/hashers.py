"""Password hashing sized for a small machine."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2LowMemory(Argon2PasswordHasher):
    """argon2id with 19 MiB and one lane, OWASP's first recommendation: about 30 ms instead of 270 ms a login."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
