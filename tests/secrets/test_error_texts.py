"""An error's own text may quote a number or a message: it is never logged, nor are those of its causes."""

import json
import logging
import sys

import pytest

from shared.log import _JsonFormatter

NAME = "Ana Lopez"  # in a constant: a trace quotes the lines of code


def logged(error: BaseException) -> dict[str, object]:
    record = logging.LogRecord(
        "rollcall", logging.ERROR, "f", 1, "job failed", None, (type(error), error, error.__traceback__)
    )
    entry: dict[str, object] = json.loads(_JsonFormatter().format(record))
    return entry


def raised() -> BaseException:
    try:
        try:
            raise KeyError(NAME)
        except KeyError as cause:
            raise ExceptionGroup(NAME, [ValueError(NAME)]) from cause
    except ExceptionGroup:
        error = sys.exc_info()[1]
        assert error is not None
        return error


def test_kind_and_place_are_logged_and_no_text() -> None:
    entry = logged(raised())
    assert "Lopez" not in json.dumps(entry)
    places = str(entry["exception"])
    for kind in ("builtins.KeyError", "builtins.ExceptionGroup", "builtins.ValueError"):
        assert kind in places
    assert __file__.rpartition("/")[2] in places


@pytest.mark.parametrize("kind", [ValueError, RuntimeError, OSError])
def test_whatever_kind_it_is(kind: type[Exception]) -> None:
    assert "Lopez" not in json.dumps(logged(kind(NAME)))
