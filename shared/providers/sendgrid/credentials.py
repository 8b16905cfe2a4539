"""What signs in at SendGrid, and what its webhooks are signed with."""

from shared.providers.kit.credentials import Credentials


class SendGridCredentials(Credentials, frozen=True, kw_only=True):
    """An API key, and the public key of the signed event webhook (base64 DER, as SendGrid shows it).

    Mails that people write are signed with the key of the security policy of Inbound Parse. Without its
    public half none are taken.
    """

    api_key: str
    webhook_public_key: str
    inbound_public_key: str = ""
