"""What is entered as SMTP credentials is checked whole, and what is wrong is named."""

import base64

import pytest

from shared.domain.errors import InvalidInput
from shared.providers.registry import check_credentials

GOOD = {"host": "SMTP.example.com", "username": "desk", "password": "p4ss"}
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


def test_what_is_right_is_kept() -> None:
    assert check_credentials("smtp", GOOD) == {**GOOD, "host": "smtp.example.com"}
    more = {"port": "2525", "inbound_address": "in@north-clinic.com", "inbound_secret": SECRET}
    assert check_credentials("smtp", {**GOOD, **more}) == {**GOOD, "host": "smtp.example.com", **more}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("host", "127.0.0.1", "name of a mail server"),
        ("host", "localhost", "name of a mail server"),
        ("host", "smtp.example.com:587", "name of a mail server"),
        ("host", "[::1]", "name of a mail server"),
        ("port", "465", "STARTTLS"),
        ("port", "0", "port"),
        ("port", "99999", "port"),
        ("port", "x", "port"),
        ("inbound_address", "nobody", "email address"),
        ("inbound_secret", "short", "whsec_"),
        ("inbound_secret", "whsec_%%%", "whsec_"),
        ("password", "two words", "without blanks"),
    ],
)
def test_what_is_wrong_is_named(name: str, value: str, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_credentials("smtp", {**GOOD, name: value})
    [problem] = caught.value.problems
    assert problem.field == name
    assert words in problem.reason
    assert value not in problem.reason or name == "port"
