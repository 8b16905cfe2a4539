"""What a sender signs in with at its provider. Secrets never show in a repr, hence never in a log."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.senders.sender import Provider, Sender


@dataclass(frozen=True, kw_only=True, slots=True)
class TwilioCredentials:
    """An account and its auth token."""

    account_sid: str = field(repr=False)
    auth_token: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class SendGridCredentials:
    """An API key, and the public key of the signed event webhook (base64 DER, as SendGrid shows it)."""

    api_key: str = field(repr=False)
    webhook_public_key: str = field(repr=False)


Credentials = TwilioCredentials | SendGridCredentials


class WrongCredentials(Exception):
    """The credentials kept for a sender are missing, incomplete or another provider's."""


def credentials_of(sender: Sender, fields: Mapping[str, str]) -> Credentials:
    """A sender's credentials out of their stored fields. Raises WrongCredentials naming what they must be.

    An empty secret is none: with it anybody could sign.
    """
    kind = TwilioCredentials if sender.provider is Provider.TWILIO else SendGridCredentials
    if set(fields) != set(kind.__slots__) or not all(value.strip() for value in fields.values()):
        raise WrongCredentials(
            f"The {sender.provider} credentials of sender {sender.id!r} must be: {', '.join(kind.__slots__)}."
        )
    return kind(**fields)
