"""What signs in at SendGrid, and what its webhooks are signed with."""

from dataclasses import dataclass, field

from shared.providers.kit.credentials import Credentials


@dataclass(frozen=True, kw_only=True, slots=True)
class SendGridCredentials(Credentials):
    """An API key, and the public key of the signed event webhook (base64 DER, as SendGrid shows it).

    Mails that people write are signed with the key of the security policy of Inbound Parse. Without its
    public half none are taken.
    """

    api_key: str = field(repr=False)
    webhook_public_key: str = field(repr=False)
    inbound_public_key: str = field(default="", repr=False)
