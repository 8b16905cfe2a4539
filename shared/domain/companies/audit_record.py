"""What somebody of a company, or ops, changed, and who signed in: who, what, when, and from where."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

MOST_ITEMS, MOST_FIELDS, MOST_CHARACTERS = 20, 20, 120
SIGN_IN = "sign-in"  # the noun of a user's sessions


class ActorKind(StrEnum):
    """What kind of actor it was."""

    USER = "user"
    API_KEY = "api_key"
    OPS = "ops"


class Act(Struct, frozen=True, kw_only=True):
    """A request by somebody: who, from which network address, what they asked for, and when.

    `operation` is the API's or the portal's name for it. `id` is drawn once a request.
    """

    id: str
    kind: ActorKind
    actor_id: str
    actor_name: str
    came_from: str
    operation: str
    at: datetime


class AuditAction(StrEnum):
    """What was done with a thing; the last three are what becomes of a sign-in."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    BEGUN = "begun"
    ENDED = "ended"
    REFUSED = "refused"


class AuditedField(Struct, frozen=True, kw_only=True):
    """A field that changed, with the beginning of its values as text; None: there was none.

    Both are None too where values are not kept: secrets, and what belongs to a person who may be forgotten.
    """

    name: str
    before: str | None = None
    after: str | None = None


class AuditedItem(Struct, frozen=True, kw_only=True):
    """A thing that was created, changed or deleted. `noun` says what it is."""

    noun: str
    id: str
    name: str
    action: AuditAction
    fields: tuple[AuditedField, ...] = ()


class AuditRecord(Struct, frozen=True, kw_only=True):
    """What one commit changed. `items` are the first of `item_count` things; `nouns` are what all are."""

    id: str
    at: datetime
    by: ActorKind
    by_id: str
    by_name: str
    came_from: str
    operation: str
    nouns: tuple[str, ...]
    items: tuple[AuditedItem, ...]
    item_count: int
