"""Counts what a job uses, for the fire that the log's context names. Costs nothing outside of a count."""

import contextvars
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from shared import log
from shared.domain.fires.fire_cost import Unit

Home = tuple[str, str]  # company and fire
Meter = dict[Home, Counter[str]]  # units as in fire_cost.py
NO_FIRE: Home = ("", "")
READS_OF_AN_AGGREGATION = (
    1000  # index entries: https://cloud.google.com/firestore/pricing#aggregation_queries
)

_meter: contextvars.ContextVar[Meter | None] = contextvars.ContextVar("meter", default=None)


@contextmanager
def metered() -> Iterator[Meter]:
    """What is counted inside, by company and fire. A job that runs inside another counts for itself."""
    meter: Meter = {}
    token = _meter.set(meter)
    try:
        yield meter
    finally:
        _meter.reset(token)


def count(unit: str, amount: int = 1, *, home: Home | None = None) -> None:
    """Count for `home`, or the fire of the log's context, or none."""
    meter = _meter.get()
    if meter is None or not amount:
        return
    if home is None:
        ids = log.ids()
        company_id, fire_id = str(ids.get("company_id", "")), str(ids.get("fire_id", ""))
        home = (company_id, fire_id) if company_id and fire_id else NO_FIRE
    meter.setdefault(home, Counter())[unit] += amount


def count_query(found: int) -> None:
    """Count a query's reads: one a document, and one when there was none."""
    count(Unit.READS, max(1, found))


def count_aggregation(entries: int) -> None:
    """Count the reads of a query that only counts or adds up."""
    count(Unit.READS, max(1, -(-entries // READS_OF_AN_AGGREGATION)))
