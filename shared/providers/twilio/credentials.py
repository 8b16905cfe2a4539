"""What signs in at Twilio."""

from dataclasses import dataclass, field

from shared.providers.kit.credentials import Credentials


@dataclass(frozen=True, kw_only=True, slots=True)
class TwilioCredentials(Credentials):
    """An account and its auth token."""

    account_sid: str = field(repr=False)
    auth_token: str = field(repr=False)
