"""Who of a fire may be sent its message once more, as a person decides: whom it provably did not reach.

Never who got it, answered it, or of whose message nobody knows the outcome.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from shared.domain.contacts.opt_out import OptOut
from shared.domain.fires.person import is_forgotten
from shared.domain.messages.failure import Failure, FailureState
from shared.domain.messages.message import NOT_SENT, Message, MessageState
from shared.domain.messages.purpose import Purpose
from shared.domain.messages.sending import Delivery


class Unreached(StrEnum):
    """How a message came to nothing, for good."""

    REFUSED = "refused"  # the provider did not take it
    NOT_DELIVERED = "not_delivered"  # it did, and then said that it never arrived


class LeftOut(StrEnum):
    """Why somebody whom the message did not reach does not get it again."""

    SENT_AGAIN = "sent_again"
    ANSWERED = "answered"
    REACHED = "reached"
    OPTED_OUT = "opted_out"
    ADDRESS_GONE = "address_gone"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    NOT_VERIFIED = "not_verified"
    FORGOTTEN = "forgotten"
    CORRECTED = "corrected"


NOT_DELIVERED = frozenset({Delivery.UNDELIVERED, Delivery.FAILED})


def unreached(message: Message) -> Unreached | None:
    """How the message came to nothing; None for one that arrived, may have, or is still under way."""
    if message.state is MessageState.FAILED:
        return Unreached.REFUSED
    if message.state is MessageState.SENT and message.delivery in NOT_DELIVERED:
        return Unreached.NOT_DELIVERED
    return None


def may_be_asked(message: Message, failure: Failure | None) -> bool:
    """Whether the message is one that is offered to be sent again, or was sent again before."""
    is_as_frozen = failure is None or failure.field == "address"  # else its text is not what was frozen
    is_decided = message.settled_by not in (
        None,
        NOT_SENT,
    )  # what was unknown is sent again by who settles it
    is_ours = message.purpose is Purpose.CAMPAIGN and not is_decided
    return is_ours and unreached(message) is not None and is_as_frozen


def left_out(
    message: Message,
    failure: Failure | None,
    refusal: OptOut | None,
    now: datetime,
    *,
    is_unverified: bool,
    is_reached: bool,
) -> LeftOut | None:
    """Why it is not sent again. `failure` has the message's id, `refusal` is the opt-out that forbids it.

    `is_reached`: a later step, for whom the earlier ones did not reach, went out to them.
    """
    if failure is not None and failure.state is FailureState.REQUEUED:
        return LeftOut.SENT_AGAIN
    if unreached(message) is Unreached.REFUSED and failure is None:
        return LeftOut.CORRECTED
    if is_forgotten(message):
        return LeftOut.FORGOTTEN
    if message.disposition is not None or message.reply_id is not None:
        return LeftOut.ANSWERED
    if is_reached:
        return LeftOut.REACHED
    if refusal is not None:
        return LeftOut.ADDRESS_GONE if refusal.is_bounce else LeftOut.OPTED_OUT
    if message.not_after is not None and message.not_after <= now:
        return LeftOut.EXPIRED
    if message.withdrawn_by is not None:
        return LeftOut.WITHDRAWN
    return LeftOut.NOT_VERIFIED if is_unverified else None


def reason_of(message: Message) -> str:
    """What people choose by: messages of the same reason came to nothing in the same way."""
    kind = unreached(message)
    code = message.code if kind is Unreached.REFUSED else message.delivery_code
    return f"{kind} {code}" if code else str(kind)


def may_be_reason(text: str) -> bool:
    """Whether a message may have this reason."""
    return text.partition(" ")[0] in tuple(Unreached)


class ResendGroup(Struct, frozen=True, kw_only=True):
    """Messages of one fire that came to nothing for the same `reason`, in `words`.

    `again` are those that would be sent again, `left_out` counts the others by why not.
    """

    reason: str
    kind: Unreached
    code: str
    words: str
    again: tuple[Message, ...]
    left_out: Counter[LeftOut]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.again) + self.left_out.total()


def grouped(judged: Iterable[tuple[Message, LeftOut | None]]) -> tuple[ResendGroup, ...]:
    """The messages by reason, the commonest first."""
    found: dict[str, list[tuple[Message, LeftOut | None]]] = {}
    for message, why in judged:
        found.setdefault(reason_of(message), []).append((message, why))
    groups = [_group(reason, members) for reason, members in found.items()]
    return tuple(sorted(groups, key=lambda group: (-group.count, group.reason)))


def _group(reason: str, members: Sequence[tuple[Message, LeftOut | None]]) -> ResendGroup:
    first = members[0][0]
    is_refused = unreached(first) is Unreached.REFUSED
    said = [one.reason if is_refused else one.delivery_reason for one, _ in members]
    return ResendGroup(
        reason=reason,
        kind=Unreached.REFUSED if is_refused else Unreached.NOT_DELIVERED,
        code=(first.code if is_refused else first.delivery_code) or "",
        words=next((words for words in said if words), ""),
        again=tuple(message for message, why in members if why is None),
        left_out=Counter(why for _, why in members if why is not None),
    )
