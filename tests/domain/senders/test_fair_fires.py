"""A company with 300,000 messages does not delay one with 30: worked out with the model of the bench."""

import pytest

from infra.deploy.environment import dispatch_interval
from infra.manifest import read_manifest
from shared.domain.record import replace
from tests.bench.fair_fires import SMALL, Hour, Load, Places, places, waits

AHEAD = dispatch_interval(read_manifest())
FEW = Places(queueing=2, sending=20)  # one instance of each function


def a_big(rate_per_second: float) -> Load:
    return Load(company_id="big", messages=300_000, rate_per_second=rate_per_second)


@pytest.mark.parametrize("fired_at", [1.0, 40.0, 290.0])
@pytest.mark.parametrize("rate", [100.0, 1_000.0])
def test_thirty_messages_do_not_wait_for_three_hundred_thousand(rate: float, fired_at: float) -> None:
    assert waits(a_big(rate), replace(SMALL, fired_at=fired_at), places(), AHEAD) < 1


@pytest.mark.parametrize(("at_once", "ahead", "fired_at"), [(200, AHEAD, 1.0), (10, 300.0, 40.0)])
def test_it_would_with_more_chunks_announced_at_once_or_batches_earlier(
    at_once: int, ahead: float, fired_at: float
) -> None:
    small = replace(SMALL, fired_at=fired_at)
    assert waits(a_big(1_000.0), small, places(), ahead, at_once=at_once) > 5


def test_the_big_one_is_not_slowed_down_by_that() -> None:
    big = a_big(1_000.0)
    ended = Hour([big], places(), AHEAD).ended["big"]
    assert ended == Hour([big], places(), 300.0, at_once=200).ended["big"] == 301.0


def test_with_one_instance_of_each_function_a_tick_must_come_more_often() -> None:
    assert waits(a_big(100.0), SMALL, FEW, AHEAD) > 20
    assert waits(a_big(100.0), SMALL, FEW, 5.0) < 10
