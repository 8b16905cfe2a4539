"""One worker at a time, and whoever was late writes nothing."""

from datetime import timedelta

from shared.domain.campaigns.audience import RowsPiece
from shared.domain.fires.fire import Chunk
from shared.domain.lease import is_held, leased
from tests.kit.builders import NOON

CHUNK = Chunk(
    id="c1",
    fire_id="f1",
    step_id="sms",
    number=0,
    piece=RowsPiece(file_id="file", number=0),
    recipients_before=0,
    reserved_at=NOON,
    published_at=NOON,
)
MINUTE = timedelta(minutes=1)


def test_what_is_leased_is_nobody_elses_until_the_lease_ends() -> None:
    ours = leased(CHUNK, "ours", NOON, 60)
    assert ours is not None
    assert (ours.lease_until, ours.attempt) == (NOON + MINUTE, 1)
    assert leased(ours, "theirs", NOON + MINUTE - timedelta(microseconds=1), 60) is None
    theirs = leased(ours, "theirs", NOON + MINUTE, 60)
    assert theirs is not None
    assert (theirs.lease_token, theirs.attempt) == ("theirs", 2)


def test_the_same_token_again_is_the_same_lease() -> None:
    ours = leased(CHUNK, "ours", NOON, 60)
    assert ours is not None
    assert leased(ours, "ours", NOON + MINUTE / 2, 60) == ours


def test_it_is_held_only_under_its_token_and_only_until_it_ends() -> None:
    ours = leased(CHUNK, "ours", NOON, 60)
    assert ours is not None
    assert is_held(ours, "ours", NOON)
    assert not is_held(ours, "theirs", NOON)
    assert not is_held(ours, "ours", NOON + MINUTE)
    assert not is_held(CHUNK, "ours", NOON)
