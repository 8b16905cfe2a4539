"""The search for leaks finds what was planted, in every form it may have."""

import base64
import json
from pathlib import Path

import pytest

from tests.kit.stack.log_search import Private, anybodys, leaks

PRIVATE = Private(
    numbers=frozenset({"+12125550187"}),
    texts=frozenset(
        {"ana@north-clinic.com", "Hello Ana, you are 50% done.\nBye", "SG.hush", "caller/token+1"}
    ),
)


def search(tmp_path: Path, line: str) -> list[str]:
    log = tmp_path / "send_batch.log"
    log.write_text(f"first line\n{line}\n")
    return leaks([log], PRIVATE)


@pytest.mark.parametrize(
    "line",
    [
        "The 'To' number +12125550187 is not a valid phone number.",
        "to 12125550187 failed",
        "to=%2B12125550187&x=1",
        "To%3D%252B12125550187".replace("%25", "%"),
        "2125550187",
        "(212) 555-0187",
        "+1 212-555-0187",
        "+1 (212) 555 0187",
        "212.555.0187",
        "Exception: ('+12125550187',)",
        json.dumps({"reason": "call \u002b1 212 555\u00200187"}),
    ],
)
def test_a_number_is_found_however_it_is_written(tmp_path: Path, line: str) -> None:
    assert search(tmp_path, line) == ["send_batch.log:2: +12125550187"]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("mail to Ana@North-Clinic.com", "ana@north-clinic.com"),
        ("GET /x?email=ana%40north-clinic.com", "ana@north-clinic.com"),
        (
            json.dumps({"exception": "body 'Hello Ana, you are 50% done.\nBye'"}),
            "Hello Ana, you are 50% done.\nBye",
        ),
        ("Authorization: Bearer SG.hush", "SG.hush"),
        ("POST /?token=caller%2Ftoken%2B1 HTTP/1.1", "caller/token+1"),
        ("POST /?token=caller/token+1 HTTP/1.1", "caller/token+1"),
    ],
)
def test_a_text_is_found_however_it_is_escaped(tmp_path: Path, line: str, what: str) -> None:
    assert search(tmp_path, line) == [f"send_batch.log:2: {what}"]


@pytest.mark.parametrize(
    "line", ["to +12125550187", "POST /?to=%2B12125550187", "a.b@clinic.example: bounced"]
)
def test_anybodys_number_or_address_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "api.log").write_text(f'{{"message": "tick"}}\n{line}\n')
    assert anybodys([tmp_path / "api.log"]) == [line]


@pytest.mark.parametrize(
    "line",
    [
        json.dumps({"message": "tick", "seconds": 0.125550187, "fire_id": "0a12125550187f0000000000"}),
        base64.b64encode(b"something else").decode(),
        "2026-11-23T12:12:55.501870+00:00",
    ],
)
def test_what_is_none_of_it_is_not_found(tmp_path: Path, line: str) -> None:
    assert search(tmp_path, line) == []
