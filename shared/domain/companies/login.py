"""A login: which user of which company signs in with an email address. An address is one account."""

from msgspec import Struct

from shared.domain.companies.user import email_key
from shared.domain.ids import computed_id


class Login(Struct, frozen=True, kw_only=True):
    """Who an address belongs to. It stands beside the companies, as who signs in names none."""

    id: str
    company_id: str
    user_id: str


def login_id(email: str) -> str:
    """Where the login of an address is, in any spelling."""
    return computed_id("login", email_key(email))
