"""What signs in at SendGrid, and what its events are signed with."""

from dataclasses import dataclass, field

from shared.providers.kit.credentials import Credentials


@dataclass(frozen=True, kw_only=True, slots=True)
class SendGridCredentials(Credentials):
    """An API key, and the public key of the signed event webhook (base64 DER, as SendGrid shows it)."""

    api_key: str = field(repr=False)
    webhook_public_key: str = field(repr=False)
