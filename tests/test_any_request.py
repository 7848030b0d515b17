"""Requests generated from the API's own description, valid and invalid ones: never a 5xx. A short run."""

import json
import random
import time
from contextlib import suppress
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EXAMPLES = 4
LONGEST_SECONDS = 20  # for all operations together, in random order
QUIET = hypothesis_settings(
    max_examples=EXAMPLES,
    phases=[Phase.generate],
)


def operations():
    import schemathesis  # imported here, because the import takes a second in every process

    document = Client().get("/openapi.json").json()
    found = [result.ok() for result in schemathesis.openapi.from_dict(document).get_all_operations()]
    return [each for each in found if not each.path.startswith("/auth/")]  # the same views are under /api/v1


def send(case, headers):
    """Send the case through Django's test client."""
    path = case.formatted_path
    if case.query:
        path += "?" + urlencode(dict(case.query), doseq=True, errors="replace")
    own = {name: str(value).encode("ascii", "replace").decode() for name, value in dict(case.headers or {}).items()}
    body = case.body if isinstance(case.body, bytes | str) else b""
    if isinstance(case.body, dict | list | int | float | bool) or case.body is None:
        body = json.dumps(case.body)
    client = Client(raise_request_exception=True)
    return client.generic(case.method, path, body, "application/json", headers={**own, **headers})


def try_out(operation, mode, headers):
    """Send a few requests to one operation and return their number."""
    from schemathesis.generation import GenerationMode

    answered = []

    @QUIET
    @given(operation.as_strategy(generation_mode=GenerationMode(mode)))
    def ask(case):
        response = send(case, headers)
        assert response.status_code < 500, (case.as_curl_command(), response.content)
        if response.status_code >= 400:
            assert response["Content-Type"] == "application/problem+json", case.as_curl_command()
        answered.append(response.status_code)

    with suppress(Unsatisfiable):  # an operation without input has no invalid requests
        ask()
    return len(answered)


@pytest.mark.parametrize("mode", ["positive", "negative"], ids=["fitting", "unfitting"])
@pytest.mark.parametrize("role", ["integration", "owner"])
def test_no_request_breaks_the_server(house, settings, role, mode):
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, "1000000/min")
    house.order()
    headers = house.api(role).headers
    end, asked = time.monotonic() + LONGEST_SECONDS / 4, 0
    wanted = operations()
    random.shuffle(wanted)
    for place, operation in enumerate(wanted):
        if place < 4 or time.monotonic() < end:
            asked += try_out(operation, mode, headers)
    assert asked >= EXAMPLES
