"""Checks of what a person enters as a mailbox's SMTP credentials."""

import re
from typing import Annotated

from pydantic import AfterValidator

from shared.providers.kit.credential_input import CredentialsInput, Secret
from shared.providers.smtp.signature import is_secret

_HOST = re.compile(r"(?=.{4,253}\Z)(?:(?!-)[A-Za-z0-9-]{1,63}(?<!-)\.)+(?!-)[A-Za-z][A-Za-z0-9-]{0,62}")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{3,253}")
_TLS_PORT = "465"
_LAST_PORT = 65_535


def _is_host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise ValueError("must be the name of a mail server, such as smtp.example.com")
    return value.lower()


def _is_port(value: str) -> str:
    if value == _TLS_PORT:
        raise ValueError(
            "must be the port that takes STARTTLS, mostly 587: 465 speaks TLS from the first byte"
        )
    if not (value.isdigit() and 0 < int(value) <= _LAST_PORT):
        raise ValueError("must be a port as a text of digits, mostly 587")
    return value


def _is_address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise ValueError("must be an email address")
    return value


def _is_secret(value: str) -> str:
    if not is_secret(value):
        raise ValueError("must be whsec_ and 24 to 64 random bytes in base64, as Standard Webhooks has it")
    return value


class SmtpCredentialsInput(CredentialsInput):
    """A mail server, a login, and the inbound address with the secret that its posts are signed with."""

    host: Annotated[Secret, AfterValidator(_is_host)]
    username: Secret
    password: Secret
    port: Annotated[Secret, AfterValidator(_is_port)] = None  # type: ignore[assignment]  # left out
    inbound_address: Annotated[Secret, AfterValidator(_is_address)] = None  # type: ignore[assignment]  # left out
    inbound_secret: Annotated[Secret, AfterValidator(_is_secret)] = None  # type: ignore[assignment]  # left out
