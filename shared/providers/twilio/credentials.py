"""What signs in at Twilio."""

from shared.providers.kit.credentials import Credentials


class TwilioCredentials(Credentials, frozen=True, kw_only=True):
    """An account and its auth token."""

    account_sid: str
    auth_token: str
