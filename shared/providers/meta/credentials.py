"""What signs in at Meta."""

from dataclasses import dataclass, field

from shared.providers.kit.credentials import Credentials


@dataclass(frozen=True, kw_only=True, slots=True)
class MetaCredentials(Credentials):
    """A long-lived access token of a page or an Instagram account, and the app that it was made for.

    `verify_token` is what Meta repeats when the webhook is set up. `app_id` is needed to renew a token that
    ends. `page_id` is the Facebook page that an Instagram account is linked to: then calls go to the page.
    """

    access_token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    app_id: str = field(default="", repr=False)
    page_id: str = field(default="", repr=False)
