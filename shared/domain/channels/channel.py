"""The ways to reach a person."""

from enum import StrEnum


class Channel(StrEnum):
    """A way to reach a person. Addresses are E.164 numbers or email addresses."""

    SMS = "sms"
    EMAIL = "email"
