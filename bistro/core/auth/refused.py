"""A DomainError as DRF's own kind of exception, for what is refused before a view runs."""

from rest_framework import exceptions

from bistro.core.kernel.errors import DomainError


class RefusedAPIException(exceptions.APIException):
    """A DomainError on its way through DRF."""

    def __init__(self, error: DomainError) -> None:
        super().__init__(error.message, error.code)
        self.error = error
        self.status_code = error.status
        if error.retry_after is not None:
            self.wait = error.retry_after
