"""What a sender at its channel's highest rate needs: batches, groups, offsets, time, by hand."""

from datetime import timedelta

from infra.manifest import read_manifest
from shared.domain.channels.channel import Channel
from shared.domain.senders.pacing import BATCH_MESSAGES, batch_size, chunk_offset_seconds, group_size
from shared.domain.senders.sender_timeline import SenderTimeline, reserve
from shared.usecases.sending.dispatch_due_batches import BATCHES_PER_TICK
from tests.kit.builders import NOON

TEXTS, MAILS = Channel("sms"), Channel("email")
TICK_SECONDS = 300


def test_the_highest_rates() -> None:
    assert (TEXTS.record.highest_rate, MAILS.record.highest_rate) == (4_000, 10_000)


def test_a_million_texts_take_250_seconds_and_a_million_mails_100() -> None:
    assert chunk_offset_seconds(1_000_000, TEXTS.record.highest_rate) == 250
    assert chunk_offset_seconds(1_000_000, MAILS.record.highest_rate) == 100


def test_batches_and_groups_are_as_large_as_they_get() -> None:
    assert [batch_size(channel.record.highest_rate) for channel in (TEXTS, MAILS)] == [100, 100]
    assert [group_size(channel.record.highest_rate, channel) for channel in (TEXTS, MAILS)] == [25, 100]


def test_batches_start_a_fortieth_of_a_second_after_each_other() -> None:
    starts = [chunk_offset_seconds(number * BATCH_MESSAGES, 4_000) for number in range(4)]
    assert starts == [0, 0.025, 0.05, 0.075]


def test_two_fires_of_a_million_texts_follow_each_other_on_the_timeline() -> None:
    timeline, first = reserve(SenderTimeline(id="texts"), "one", "one", NOON, 1_000_000 / 4_000, NOON)
    _, second = reserve(timeline, "two", "two", NOON, 1_000_000 / 4_000, NOON)
    assert (first, second) == (NOON, NOON + timedelta(seconds=250))


def test_a_tick_announces_what_four_such_senders_of_texts_send_until_the_next() -> None:
    batches_of_one = 4_000 * TICK_SECONDS / BATCH_MESSAGES
    assert batches_of_one == 12_000
    assert 4 * batches_of_one <= BATCHES_PER_TICK


def test_workers_have_places_for_fifty_seconds_of_one_such_senders_texts() -> None:
    worker = read_manifest().get("send_batch")
    places = worker.max_instances * worker.concurrency
    assert places == 2_000
    assert places * BATCH_MESSAGES / TEXTS.record.highest_rate == 50
