"""The five-minute tick that watches the others: what does not heal by itself becomes an alert in the log."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Any

from google.api_core.exceptions import GoogleAPICallError

from shared import log
from shared.domain.alert import Alert
from shared.domain.job import TOPICS
from shared.domain.messages.message import MessageState
from shared.firestore.queries.messages import MESSAGES_TO_SEARCH
from shared.runtime import Runtime
from shared.views.stuck_work import StuckKind, list_stuck_work

EXAMPLES = 5
LETTERS_LOOKED_AT = 100
SWEEP, WATCH = "sweep_stalled_work", "watch_work"
_EVER = timedelta(days=365)
SILENT_TICKS = 1.5  # after one that it missed, the watchdog of the next tick speaks: five minutes later


async def watch_work(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Look at everything once; returns the alerts raised, by metric, with their values.

    What cannot be looked at is an alert too (-1), and keeps no other from its turn. Raises ExceptionGroup
    after all.
    """
    last = await runtime.stores.ticks.last_beat(WATCH)
    counts = last.counts if last else {}
    errors: list[Exception] = []

    async def unknown() -> int:
        nonlocal counts
        before, counts = counts, await _unknown_counts(runtime, now)
        return _watch_unknown(counts, before)

    async def look(metric: Alert, watch: Awaitable[int]) -> int:
        try:
            return await watch
        except Exception as error:  # noqa: BLE001 - raised when the others have had their turn
            errors.append(error)
            return _alert(metric, -1, reason=f"cannot be found out: {type(error).__name__}")

    values = {
        Alert.STUCK_WORK: await look(Alert.STUCK_WORK, _watch_stuck(runtime, now)),
        Alert.UNKNOWN_GROWING: await look(Alert.UNKNOWN_GROWING, unknown()),
        Alert.DEAD_LETTERS: await look(Alert.DEAD_LETTERS, _watch_dead_letters(runtime)),
        Alert.SWEEP_SILENT: await look(Alert.SWEEP_SILENT, _watch_sweep(runtime, now, is_first=last is None)),
    }
    await runtime.stores.ticks.beat(WATCH, now, counts)
    if errors:
        raise ExceptionGroup("Not everything could be watched.", errors)
    return {str(metric): value for metric, value in values.items() if value}


def _alert(metric: Alert, value: int, **facts: Any) -> int:
    log.alert(metric, value, **facts)
    return value


async def _watch_stuck(runtime: Runtime, now: datetime) -> int:
    found = [one async for one in list_stuck_work(runtime, now) if one.kind is not StuckKind.HELD_BATCH]
    if not found:
        return 0
    kinds = dict(Counter(str(one.kind) for one in found))
    examples = [f"{one.company_id}/{one.item_id}" for one in found[:EXAMPLES]]
    return _alert(Alert.STUCK_WORK, len(found), kinds=kinds, examples=examples)


async def _unknown_counts(runtime: Runtime, now: datetime) -> dict[str, int]:
    """How many messages are unknown and still searched for, by company and fire."""
    counts: Counter[str] = Counter()
    found = runtime.stores.messages.each_across_companies(
        MESSAGES_TO_SEARCH, MessageState.UNKNOWN, now + _EVER
    )
    async for company_id, message in found:
        counts[f"{company_id}/{message.fire_id}"] += 1
    return dict(counts)


def _watch_unknown(counts: dict[str, int], before: dict[str, int]) -> int:
    grown = {fire: count - before.get(fire, 0) for fire, count in counts.items()}
    grown = {fire: growth for fire, growth in grown.items() if growth > 0}
    if not grown:
        return 0
    return _alert(Alert.UNKNOWN_GROWING, sum(grown.values()), fires=sorted(grown)[:EXAMPLES])


async def _watch_dead_letters(runtime: Runtime) -> int:
    if runtime.settings.bus == "inline":
        return 0

    async def count(topic: str) -> int:
        try:
            return len(await runtime.dead_letters.peek(topic, LETTERS_LOOKED_AT))
        except GoogleAPICallError as error:  # who cannot look must not keep quiet about it
            _alert(Alert.DEAD_LETTERS, -1, topic=topic, reason=f"cannot be read: {type(error).__name__}")
            return 0

    topics = list(TOPICS.values())
    found = dict(zip(topics, await asyncio.gather(*(count(topic) for topic in topics)), strict=True))
    if not any(found.values()):
        return 0
    return _alert(
        Alert.DEAD_LETTERS,
        sum(found.values()),
        topics={topic: letters for topic, letters in found.items() if letters},
    )


async def _watch_sweep(runtime: Runtime, now: datetime, *, is_first: bool) -> int:
    """Whether the sweep has missed a tick; a new installation has not swept yet."""
    beat = await runtime.stores.ticks.last_beat(SWEEP)
    if beat is None:
        return 0 if is_first else _alert(Alert.SWEEP_SILENT, 1, reason="it has never run to its end")
    silent = (now - beat.at).total_seconds()
    if silent <= SILENT_TICKS * runtime.settings.tick_interval_seconds:
        return 0
    return _alert(Alert.SWEEP_SILENT, int(silent), reason=f"it last ended at {beat.at:%Y-%m-%d %H:%M} UTC")
