"""A small company is not kept waiting by a big one: worked out with the model of the fairness bench."""

from tests.bench.fairness import Load, Planned, delays, planned_batches

SMALL = Load(company_id="small", fires=(100,), rate_per_second=100.0)
BIG = Load(company_id="big", fires=(1_000_000,), rate_per_second=4_000.0)


def test_batches_lie_on_the_timeline_one_after_the_other() -> None:
    load = Load(company_id="two", fires=(150, 100), rate_per_second=100.0)
    assert list(planned_batches(load)) == [
        Planned(company_id="two", starts_at=0.0, seconds=1.0),
        Planned(company_id="two", starts_at=1.0, seconds=0.5),
        Planned(company_id="two", starts_at=1.5, seconds=1.0),
    ]


def test_a_small_company_starts_at_once_beside_a_big_one_that_has_all_workers_waiting() -> None:
    """Ten workers carry a fourth of what the big one plans: it is late, the small one is not."""
    late = delays([BIG, SMALL], slots=10)
    assert late["small"] == 0
    assert late["big"] > 600


def test_a_tick_that_cannot_announce_all_announces_the_small_companys_batch() -> None:
    late = delays([BIG, SMALL], slots=10_000, most=100)
    assert late["small"] == 0
    # Of 10,000 batches 99 at the first tick, 100 at each later one: the last at 30,000 s, due at 249.975.
    assert late["big"] == 30_000 - 249.975


def test_without_turns_the_small_company_waits_for_the_big_one() -> None:
    assert delays([BIG, SMALL], slots=10, takes_turns=False)["small"] > 600
