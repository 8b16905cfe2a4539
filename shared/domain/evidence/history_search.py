"""The search of one sender's day in the provider's history: how far it got."""

from datetime import UTC, date, datetime, timedelta

from msgspec import Struct

from shared.domain.evidence.reconciling import CLOCK_SKEW
from shared.domain.ids import computed_id
from shared.domain.record import replace

PASSES = 3
LONGEST_FIRE_DAYS = 14
# How long Twilio may keep a text before it sends it (the longest validity): it stands in the list of the
# day on which it was sent. https://www.twilio.com/docs/messaging/api/message-resource
LONGEST_QUEUE = timedelta(hours=10)


class HistorySearch(Struct, frozen=True, kw_only=True):
    """One sender's day (`day`, in GMT), paged through for receipts that did not come.

    `fire_ids` are the fires that sent something then. `cursor` is where a pass that was cut short goes
    on. A day is searched when a quiet period has passed since its last fire closed, up to three times. One
    that `is_wanted` is searched at once, whatever receipts have come: a broadcast ends with it.
    """

    id: str
    sender_id: str
    day: date
    next_at: datetime
    fire_ids: tuple[str, ...] = ()
    is_open: bool = True
    cursor: str | None = None
    page_count: int = 0
    settled_count: int = 0
    passes: int = 0
    is_wanted: bool = False


def history_search_id(sender_id: str, day: date) -> str:
    """Computed, so that every fire of the day finds the same search."""
    return computed_id(sender_id, "history", day.isoformat())


def asked_for(
    current: HistorySearch | None, sender_id: str, day: date, fire_id: str, next_at: datetime
) -> HistorySearch:
    """The search with this fire in it, from the beginning.

    One that waits for this very fire is not put off, as a fire closes again when its last message is
    settled: it has all its passes before it once more.
    """
    if current is not None and current.is_open and fire_id in current.fire_ids:
        return replace(current, passes=0)
    fire_ids = tuple(dict.fromkeys((*(current.fire_ids if current else ()), fire_id)))
    is_wanted = current is not None and current.is_wanted
    if current is not None and is_wanted:
        next_at = min(next_at, current.next_at)
    return HistorySearch(
        id=history_search_id(sender_id, day),
        sender_id=sender_id,
        day=day,
        next_at=next_at,
        fire_ids=fire_ids,
        settled_count=current.settled_count if current else 0,
        is_wanted=is_wanted,
    )


def wanted_at_once(search: HistorySearch, now: datetime) -> HistorySearch:
    """The search, to be made now, though no quiet period has passed."""
    return replace(search, is_open=True, is_wanted=True, passes=0, next_at=min(search.next_at, now))


def after_page(search: HistorySearch, cursor: str | None, settled: int, next_at: datetime) -> HistorySearch:
    """The search after one page; after the last one the pass is over, and the next may come at `next_at`."""
    search = replace(
        search,
        cursor=cursor,
        page_count=search.page_count + 1,
        settled_count=search.settled_count + settled,
    )
    if cursor is not None:
        return search
    passes = search.passes + 1
    return replace(search, passes=passes, is_open=passes < PASSES, next_at=next_at, is_wanted=False)


def days_of(started_at: datetime, ended_at: datetime) -> list[date]:
    """The days, in GMT, in whose list what was sent meanwhile may be; of a very long time the last ones."""
    first, last = (started_at - CLOCK_SKEW).astimezone(UTC), (ended_at + LONGEST_QUEUE).astimezone(UTC)
    count = min((last.date() - first.date()).days, LONGEST_FIRE_DAYS)
    return [last.date() - timedelta(days=back) for back in range(max(count, 0), -1, -1)]


def days_so_far(started_at: datetime, now: datetime) -> list[date]:
    """Those of these days that have come: what is sent later is in no list yet."""
    return [day for day in days_of(started_at, now) if day <= now.astimezone(UTC).date()]
