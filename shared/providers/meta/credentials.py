"""What signs in at Meta."""

from shared.providers.kit.credentials import Credentials


class MetaCredentials(Credentials, frozen=True, kw_only=True):
    """A long-lived access token of a page or an Instagram account, and the app that it was made for.

    `verify_token` is what Meta repeats when the webhook is set up. `app_id` is needed to renew a token that
    ends. `page_id` is the Facebook page that an Instagram account is linked to: then calls go to the page.
    """

    access_token: str
    app_secret: str
    verify_token: str
    app_id: str = ""
    page_id: str = ""
