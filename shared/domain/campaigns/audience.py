"""Whom a campaign is for."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Audience:
    """Whom a campaign is for: the rows of one file, or of the source's newest file at fire time."""

    source_id: str
    file_id: str | None = None
