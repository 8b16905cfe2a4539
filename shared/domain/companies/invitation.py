"""An invitation: a link by which a person sets a password, once: a new user, or one who lost theirs."""

from datetime import datetime, timedelta

from msgspec import Struct

from shared.domain.companies.user import Role

TO_JOIN = timedelta(days=7)
TO_RESET = timedelta(hours=24)  # an admin hands it over by phone or mail


class Invitation(Struct, frozen=True, kw_only=True):
    """An invitation under its token's digest. Of a lost password, `user_id` is whose.

    `invited_by` is the user or program that made it. `expires_at` has a TTL policy.
    """

    id: str
    email: str
    name: str
    role: Role
    invited_by: str
    created_at: datetime
    expires_at: datetime
    user_id: str | None = None
