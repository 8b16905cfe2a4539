"""Log lines: the ids stay, the texts of errors and what is private do not."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from shared import log
from tests.kit.patience import PATIENCE_SECONDS

NUMBER, SECRET = "+12125550187", "0123456789abcdef0123456789abcdef"


class Said:
    """What a process wrote to its two outputs."""

    def __init__(self) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()

    def entry(self) -> dict[str, object]:
        """The one line of our log."""
        found: dict[str, object] = json.loads(self.out.getvalue())
        return found


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[Said]:
    """The log as a function has it, with the server's own handler beside it."""
    said = Said()
    loggers = [logging.getLogger(name) for name in ("", "rollcall", "uvicorn.error")]
    before = [(logger, logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.handlers = []
    logging.getLogger("uvicorn.error").addHandler(logging.StreamHandler(said.err))
    monkeypatch.setattr(log, "_concealed", set())
    monkeypatch.setattr(sys, "stdout", said.out)
    monkeypatch.setattr(logging, "lastResort", None)
    log.configure("INFO")
    yield said
    for logger, handlers, level, propagate in before:
        logger.handlers, logger.level, logger.propagate = handlers, level, propagate


def test_ids_counts_and_times_stay_as_they_are(said: Said) -> None:
    ids = {"company_id": "123456789012", "fire_id": "0" * 24, "message_id": "12345678901234567"}
    with log.context(**ids):
        log.event(
            "fire closed", seconds=0.1234567890123, counts={"sent": 1234567890}, is_last=True, none=None
        )
    assert said.entry() == {
        "severity": "INFO",
        "message": "fire closed",
        **ids,
        "seconds": 0.1234567890123,
        "counts": {"sent": 1234567890},
        "is_last": True,
        "none": None,
    }


def test_what_is_private_is_taken_out_wherever_it_stands(said: Said) -> None:
    log.conceal([SECRET, ""])
    log.event(
        f"to {NUMBER}",
        reason=f"the number {NUMBER} of ana@clinic.example",
        facts={"inner": [f"token={SECRET}", ("(212) 555-0187",)]},
        company_id=NUMBER,
        error=ValueError(NUMBER),
        thing=Exception(f"{SECRET}"),
    )
    line = said.out.getvalue()
    assert not any(text in line for text in (NUMBER, "2125550187", "555-0187", "ana@", SECRET))
    assert json.loads(line)["reason"] == "the number [number] of [address]"


def test_of_an_error_only_kind_and_place_are_said(said: Said) -> None:
    try:
        try:
            raise KeyError("Dear Ana, your results are in")
        except KeyError as cause:
            raise ExceptionGroup("Dear Ana", [ValueError("Dear Ben")]) from cause
    except ExceptionGroup as error:
        log.event("crash", error=error)
    exception = str(said.entry()["exception"])
    assert "Dear" not in exception.replace('"Dear Ana', "").replace('"Dear Ben', "")  # but in our source
    assert [kind in exception for kind in ("KeyError", "ExceptionGroup", "ValueError")] == [True] * 3
    assert "test_log.py" in exception


LIBRARY = """
import asyncio, logging, sys, warnings
import google.api_core.grpc_helpers_async
from shared import log
log.configure("INFO")
log.conceal([sys.argv[1]])
for name in ("asyncio", "google.api_core.retry", ""):
    logging.getLogger(name).error("refused %s for %s", sys.argv[1], sys.argv[2])
    logging.getLogger(name).info("unasked")
async def fail():
    raise ValueError(sys.argv[2])
async def forget():
    asyncio.create_task(fail())
    await asyncio.sleep(0.01)
asyncio.run(forget())
"""


def test_what_libraries_say_passes_the_same_wall() -> None:
    """In a process of its own: pytest's handlers stand in the way of what happens without any."""
    command = [sys.executable, "-c", LIBRARY, SECRET, NUMBER]
    done = subprocess.run(  # noqa: S603 - our text
        command, capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS
    )
    *refused, forgotten = [json.loads(line) for line in done.stdout.splitlines()]
    assert [entry["message"] for entry in refused] == ["refused [secret] for [number]"] * 3
    assert "ValueError" in forgotten["exception"]
    assert done.stderr == ""
    assert not any(text in done.stdout for text in (SECRET, NUMBER))


def test_what_the_server_says_passes_it_too(said: Said) -> None:
    logging.getLogger("uvicorn.error").error("POST /?token=hush to %s", NUMBER)
    lines = said.err.getvalue().splitlines()
    assert [json.loads(line)["message"] for line in lines] == ["POST /?token=[secret] to [number]"]
