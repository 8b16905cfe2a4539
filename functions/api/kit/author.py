"""Who changes contacts, when a key of the API does."""

from functions.api.kit.authentication import Caller
from shared.domain.contacts.contact_changes import Author, ChangedBy


def author_of(caller: Caller) -> Author:
    """The caller's key."""
    return Author(ChangedBy.API_KEY, caller.key.id)
