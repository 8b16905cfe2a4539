"""What a sender signs in with at its provider. Secrets never show in a repr, hence never in a log."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.sender import Provider, Sender


@dataclass(frozen=True, kw_only=True, slots=True)
class TwilioCredentials:
    """An account and its auth token. During a rotation the new token stands in `next_auth_token`."""

    account_sid: str
    auth_token: str = field(repr=False)
    next_auth_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class SendGridCredentials:
    """An API key, and the public key of the signed event webhook (base64 DER, as SendGrid shows it)."""

    api_key: str = field(repr=False)
    webhook_public_key: str
    next_webhook_public_key: str | None = None


Credentials = TwilioCredentials | SendGridCredentials


class WrongCredentials(Exception):
    """The credentials kept for a sender are missing, incomplete or another provider's."""


def credentials_of(sender: Sender, fields: Mapping[str, str]) -> Credentials:
    """A sender's credentials out of their stored fields. Raises WrongCredentials naming what is missing."""
    kind = TwilioCredentials if sender.provider is Provider.TWILIO else SendGridCredentials
    try:
        return kind(**fields)
    except TypeError as error:
        names = ", ".join(name for name in kind.__slots__ if not name.startswith("next_"))
        raise WrongCredentials(
            f"The {sender.provider} credentials of sender {sender.id!r} must be: {names}."
        ) from error


def current_and_next(current: str, following: str | None) -> list[str]:
    """Both values that count while one is being rotated."""
    return [value for value in (current, following) if value]
