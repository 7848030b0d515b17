"""Errors in the log: where they happened, without the values of variables."""

import logging
import sys

import pytest
import structlog

from bistro.core.ops.logs import formatter

pytestmark = pytest.mark.database_agnostic


def logged(form):
    """Return the log of a failure in a function that holds a secret."""

    def fails():
        device_token = "a-secret-" + "of-a-pad"
        raise ValueError(f"no luck with {len(device_token)} letters")

    try:
        fails()
    except ValueError:
        record = logging.LogRecord("bistro", logging.ERROR, __file__, 1, "it failed", (), sys.exc_info())
    return form.format(record)


@pytest.mark.parametrize("as_json", [False, True])
def test_an_error_says_where_and_keeps_secrets(as_json):
    text = logged(formatter(as_json))
    assert "no luck with 17 letters" in text
    assert "fails" in text
    assert "a-secret-of-a-pad" not in text


@pytest.mark.parametrize("as_json", [False, True])
def test_the_control_the_libraries_own_choice_tells_them(as_json):
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    before = [structlog.processors.dict_tracebacks] if as_json else []
    stock = structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *before, renderer]
    )
    assert "a-secret-of-a-pad" in logged(stock)
