"""Work is cut so that batches end in time and little is in doubt after a crash."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.channels.channel import Channel, all_channels
from shared.domain.senders.pacing import batch_size, chunk_offset_seconds, group_size

RATES = st.floats(0.001, 5_000)


@pytest.mark.parametrize(
    ("rate", "size"),
    [(0.001, 1), (0.1, 20), (0.5, 100), (1, 100), (10, 100), (1_000, 100)],
)
def test_batches_follow_the_rate(rate: float, size: int) -> None:
    assert batch_size(rate) == size


@given(rate=RATES)
def test_a_batch_ends_in_time(rate: float) -> None:
    size = batch_size(rate)
    assert 1 <= size <= 100
    assert size == 1 or size / rate <= 200


@given(rate=RATES, channel=st.sampled_from(all_channels()))
def test_a_group_is_a_second_or_two_of_work(rate: float, channel: Channel) -> None:
    size = group_size(rate, channel)
    assert 1 <= size <= (25 if channel == Channel("sms") else 100)
    assert size == 1 or size / rate <= 2


def test_groups_of_common_senders() -> None:
    assert [group_size(rate, Channel("sms")) for rate in (0.1, 1, 10, 100)] == [1, 1, 15, 25]
    assert group_size(100, Channel("email")) == 100


def test_a_chunk_waits_for_those_before_it() -> None:
    assert chunk_offset_seconds(0, 2) == 0
    assert chunk_offset_seconds(500, 2) == 250


@pytest.mark.parametrize("rate", [0, -1, float("nan")])
def test_no_rate_is_refused(rate: float) -> None:
    for ask in (batch_size, lambda r: group_size(r, Channel("sms")), lambda r: chunk_offset_seconds(1, r)):
        with pytest.raises(ValueError, match="rate"):
            ask(rate)
