"""The signature of a provider's webhook: how a wrong one is reported."""

from collections.abc import Mapping


class BadSignature(Exception):
    """The request was not provably sent by the provider. The text says why, for the log; callers get 403."""


def required_header(headers: Mapping[str, str], name: str) -> str:
    """The value of a header, whatever its case. Raises BadSignature when it is missing or empty."""
    for key, value in headers.items():
        if key.lower() == name.lower() and value:
            return value
    raise BadSignature(f"header {name} is missing")
