"""A text that people of the company answer with again and again."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from shared.domain.characters import check_characters
from shared.domain.companies.consent_rules import check_answer
from shared.domain.errors import Problem

MOST_SAVED = 100
NAME_CHARACTERS = 60


class SavedReply(Struct, frozen=True, kw_only=True):
    """`name` is what it is chosen by, `text` what is sent: as it is, without fields."""

    id: str
    name: str
    text: str
    created_at: datetime
    updated_at: datetime


def check_saved_reply(reply: SavedReply) -> Iterator[Problem]:
    """What is wrong with it."""
    yield from check_characters("name", reply.name, is_line=True)
    if not 1 <= len(reply.name.strip()) <= NAME_CHARACTERS:
        yield Problem(field="name", reason=f"must have 1 to {NAME_CHARACTERS} characters")
    if not reply.text.strip():
        yield Problem(field="text", reason="is needed")
    yield from check_answer("text", reply.text)
