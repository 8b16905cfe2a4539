"""A user: a person who acts for a company in the portal, in one role."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from shared.domain.companies.api_key import Scope, is_allowed
from shared.domain.companies.second_factor import SecondFactor

EMAIL_CHARACTERS = 254  # RFC 5321: a path of 256 with its brackets
NAME_CHARACTERS = 100


class Role(StrEnum):
    """What a user may do. Each role may also do what those before it may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    APPROVER = "approver"
    ADMIN = "admin"


# The one place that says what roles may do: the scopes that API keys have.
SCOPES: dict[Role, tuple[Scope, ...]] = {
    Role.VIEWER: (Scope.READ,),
    Role.EDITOR: (Scope.READ, Scope.WRITE),
    Role.APPROVER: (Scope.READ, Scope.WRITE, Scope.SEND),
    Role.ADMIN: (Scope.ADMIN,),
}
MEANING: dict[Role, str] = {
    Role.VIEWER: "looks at everything, changes nothing",
    Role.EDITOR: "also uploads files, prepares campaigns and answers people",
    Role.APPROVER: "also releases files and sends, pauses and cancels campaigns",
    Role.ADMIN: "also manages users and settings",
}


class User(Struct, frozen=True, kw_only=True):
    """A person of a company. `password_hash` is argon2's own text.

    Sessions that began before `sessions_since` hold no more: signing out everywhere and a new password move
    it. `disabled_at` is when an admin took away the right to sign in.
    """

    id: str
    email: str
    name: str
    role: Role
    password_hash: str
    created_at: datetime
    sessions_since: datetime
    disabled_at: datetime | None = None
    signed_in_at: datetime | None = None
    second_factor: SecondFactor | None = None

    @property
    def has_second_factor(self) -> bool:
        """Whether a code is asked for after the password."""
        return self.second_factor is not None and self.second_factor.is_confirmed

    def allows(self, scope: Scope) -> bool:
        """Whether the user may do what needs `scope`."""
        return is_allowed(SCOPES[self.role], scope)


def email_key(email: str) -> str:
    """Equal for spellings of one address, which is one account whatever its case."""
    return email.strip().casefold()
