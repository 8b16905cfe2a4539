"""A scenario: one row of the table. It disturbs one trial, and says what may stay unknown."""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from shared.domain.channels.channel import Channel
from shared.faults import Point
from tests.faults.disturbances import Passage
from tests.faults.laboratory import Laboratory
from tests.faults.orders import Moment
from tests.faults.trial import Trial

MOMENTS: tuple[Moment, ...] = ("before", "after")
Disturb = Callable[[Laboratory, Trial], Awaitable[None]]
_WITH_OTHERS_MARKED: tuple[Point, ...] = ("send_batch.call", "record_results.untouched", "record_results")
TEXTS = (Channel("sms"),)
CHATS = (Channel("whatsapp"),)
MAILS = (Channel("email"),)
BOTH = (*TEXTS, *MAILS)
CALLS = (Channel("voice"),)
PAGES = (Channel("messenger"),)
# A process that dies inside a transaction leaves its locks until Firestore ends the transaction: a minute.
SETTLED_WITHIN = 150
# Numbers by the simulator's fixed outcomes: receipts twice, last first, never, and as usual.
VARIED = tuple(f"+1212555{digits}" for digits in ("0009", "0010", "0011", "0001", "0012"))


class Scenario(Struct, frozen=True, kw_only=True):
    """`disturb` runs before the trial starts; what it does beside it, it hands to `Trial.meanwhile`.

    `by_service`: the texts come from a messaging service. `by_ses`: the mails go out by Amazon SES.
    `has_later_step`: the last step waits for the end of the one before. `is_broadcast`: a first wave of
    texts, and a second of mails. `is_automation`: an automation does it, which begins at a tag.
    `is_sequence`: a sequence does it, over SMTP.
    """

    name: str
    disturb: Disturb
    may_be_unknown: bool = False
    may_be_failed: bool = False
    channels: tuple[Channel, ...] = BOTH
    numbers: tuple[str, ...] = ()
    window_closes_in: float | None = None
    is_for_people: bool = False
    seconds: float = SETTLED_WITHIN
    by_service: bool = False
    by_ses: bool = False
    has_later_step: bool = False
    is_broadcast: bool = False
    is_automation: bool = False
    is_sequence: bool = False


# A group that was marked `sending` and then lost its worker: nobody can know that nothing left. Up to three
# are under way at once, so where one is called or its results are written, another may just have been marked.
LEAVES_UNKNOWN: set[Passage] = {
    ("intend_messages", "after"),
    *((point, moment) for point in _WITH_OTHERS_MARKED for moment in MOMENTS),
}
