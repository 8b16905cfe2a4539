"""What a sender signs in with at its provider. Secrets never show in a repr, hence never in a log."""

from dataclasses import dataclass, field


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
