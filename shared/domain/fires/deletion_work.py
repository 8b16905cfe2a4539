"""A person's deletion while it is under way: how far it came, and what it must not forget on the way.

It goes in parts, a page of each at a time, and is kept after every page. So a run that was cut short goes on
where it was; what it repeats changes nothing more.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field

from shared.domain.channels.channel import Channel
from shared.domain.fires.person import Person
from shared.domain.job import ForgetPerson
from shared.domain.record import replace
from shared.domain.repeats import LONGEST_WAIT, MOST_DOUBLINGS, NO_REPEATS, Repeats


class Part(StrEnum):
    """What is looked through, in this order.

    Rows and contacts come first: what is planned from then on finds them empty, and names nobody any more.
    """

    ROWS = "rows"
    CONTACTS = "contacts"
    CONTACT_CHANGES = "contact_changes"
    ENROLLMENTS = "enrollments"
    MESSAGES = "messages"
    ACTIVITY = "activity"
    REPLIES = "replies"
    OPT_OUTS = "opt_outs"
    FAILURES = "failures"
    UPLOADS = "uploads"
    IMPORTS = "imports"
    PREVIEWS = "previews"
    ANSWERS = "answers"
    RECEIPTS = "receipts"

    @property
    def next(self) -> "Part | None":
        """The part after it; None after the last."""
        parts = list(Part)
        return parts[parts.index(self) + 1] if self is not parts[-1] else None


class Place(Struct, frozen=True):
    """Where in a part to go on: after the item with this id; of the file that follows, from this chunk."""

    after: str = ""
    chunk: int = 0


START = Place()


class DeletionWork(Struct, frozen=True, kw_only=True):
    """A deletion that is not done. It has the id of its record, and names the person until it is.

    `file_ids` are the files that held the person, `spellings` how their rows wrote the address: both outlast
    the rows. `left` are the ids, by class, of what this pass could not delete; another pass begins then, or
    when `is_asked_again`. `due_at` is when its job is announced once more.
    """

    id: str
    channel: Channel
    address: str
    due_at: datetime
    part: Part = Part.ROWS
    place: Place = START
    file_ids: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()
    left: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_asked_again: bool = False
    passes: int = 1
    pages: int = 0
    repeats: Repeats = NO_REPEATS
    lease_token: str | None = None
    lease_until: datetime | None = None
    attempt: int = 0

    @property
    def person(self) -> Person:
        """Who is forgotten."""
        return Person(channel=self.channel, address=self.address)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every form in which messages and replies may hold the address."""
        return tuple(dict.fromkeys((*self.person.spellings, *self.spellings)))


def forget_job(company_id: str, work: DeletionWork) -> ForgetPerson:
    """The job that goes on with it."""
    return ForgetPerson(company_id=company_id, deletion_id=work.id)


class Deleted(Struct, kw_only=True):
    """What came of one page: counts by class, the ids of what is left, and the next page (None: none).

    `fire_ids` are the fires whose books it concerned.
    """

    removed: Counter[str] = field(default_factory=Counter)
    left: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    looked_through: Counter[str] = field(default_factory=Counter)
    fire_ids: set[str] = field(default_factory=set)
    next: Place | None = None


def found_in(work: DeletionWork, file_ids: Iterable[str], spellings: Iterable[str]) -> DeletionWork:
    """The work that knows these files and spellings too."""
    return replace(
        work,
        file_ids=tuple(dict.fromkeys((*work.file_ids, *file_ids))),
        spellings=tuple(dict.fromkeys((*work.spellings, *spellings))),
    )


def asked_again(work: DeletionWork, now: datetime) -> DeletionWork:
    """The work that looks once more, at its end, at what may have come behind its back."""
    is_under_way = work.lease_until is not None and now < work.lease_until
    is_behind = is_under_way or (work.part, work.place) != (Part.ROWS, START)
    return replace(work, is_asked_again=work.is_asked_again or is_behind)


def left_after(work: DeletionWork, page: Deleted) -> dict[str, tuple[str, ...]]:
    """What is left after a page, by class; each once, in however many ways it was found."""
    names = sorted(work.left.keys() | {name for name, ids in page.left.items() if ids})
    return {name: tuple(sorted({*work.left.get(name, ()), *page.left.get(name, ())})) for name in names}


def after_page(work: DeletionWork, page: Deleted, now: datetime, tick_seconds: float) -> DeletionWork | None:
    """The work after a page; None when that was the last of all and nothing is left.

    After a pass that had to leave something the next one waits, without a lease: longer each time.
    """
    left = left_after(work, page)
    work = replace(work, pages=work.pages + 1, left=left)
    if page.next is not None:
        return replace(work, place=page.next)
    if work.part.next is not None:
        return replace(work, part=work.part.next, place=START)
    if not left and not work.is_asked_again:
        return None
    anew = replace(work, part=Part.ROWS, place=START, left={}, is_asked_again=False, passes=work.passes + 1)
    if not left:
        return anew
    wait = min(timedelta(seconds=tick_seconds) * 2 ** min(work.passes - 1, MOST_DOUBLINGS), LONGEST_WAIT)
    return replace(anew, lease_token=None, lease_until=None, due_at=now + wait)
