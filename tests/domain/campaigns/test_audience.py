"""What an audience came to is counted over its parts, and known again by its key."""

import msgspec
import pytest

from shared.domain.campaigns.audience import (
    Audience,
    FileAudience,
    FilePart,
    FoundAudience,
    NewestFileAudience,
)


def of_files(*names: str) -> FoundAudience:
    return FoundAudience(
        parts=tuple(FilePart(file_id=name, recipient_count=301, chunk_count=2) for name in names)
    )


def test_counts_add_up_over_the_parts() -> None:
    both = of_files("north", "south")
    assert (both.recipient_count, both.chunk_count) == (602, 4)
    assert both.file_ids == ("north", "south")


def test_the_same_recipients_have_the_same_key_and_nobody_has_none() -> None:
    assert of_files("north").key == of_files("north").key
    assert len({of_files("north").key, of_files("south").key, of_files("north", "south").key}) == 3
    assert FoundAudience().key == ""


@pytest.mark.parametrize(
    "audience", [FileAudience(source_id="s", file_id="f"), NewestFileAudience(source_id="s")]
)
def test_every_kind_is_known_again_when_it_was_stored(audience: Audience) -> None:
    assert msgspec.convert(msgspec.to_builtins(audience), Audience) == audience
