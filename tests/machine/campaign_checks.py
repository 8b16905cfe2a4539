"""What must hold at any moment, whatever was done: two looks and the model are compared."""

from collections import Counter

from msgspec import Struct

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.evidence.reconciling import BY_HISTORY
from shared.domain.messages.message import SETTLED, Message, MessageState
from shared.domain.messages.resent import resend_id
from shared.domain.messages.sending import RANKS
from shared.domain.messages.skip_reason import SkipReason
from tests.machine.campaign_look import Look
from tests.machine.campaign_model import BY_ITSELF, Model

_S = MessageState
# What is settled for good stays as it is.
ENDS = frozenset({_S.SENT, _S.FAILED, _S.SKIPPED})


class Checks(Struct, frozen=True, kw_only=True):
    """What was, what is, and what should be. `silent` campaigns and `refused` people are those of before."""

    model: Model
    before: Look
    now: Look
    silent: set[str]
    refused: set[str]

    def all(self) -> None:
        """Everything; raises AssertionError."""
        self._campaigns()
        assert self.before.messages.keys() <= self.now.messages.keys()
        for message in self.now.messages.values():
            self._message(self.before.messages.get(message.id), message)
        self._accepted()
        assert self.now.fires.keys() == self.model.fires.keys()
        for fire_id in self.now.fires:
            self._fire(fire_id)

    def _campaigns(self) -> None:
        assert self.now.campaigns.keys() == self.model.campaigns.keys()
        for key, campaign in self.now.campaigns.items():
            book = self.model.campaigns[key]
            if campaign.state is not book.state:
                assert (book.state, campaign.state) in BY_ITSELF, (book.state, campaign.state)
                assert campaign.last_fire_id is not None
                book.become(campaign.state)
            if campaign.state is CampaignState.SENT:
                counted = self.now.ledgers[campaign.last_fire_id or ""]
                ledger, all_planned = counted.ledger, counted.all_planned
                assert all_planned
                assert (ledger.pending, ledger.unknown) == (0, 0)

    def _message(self, before: Message | None, message: Message) -> None:
        book = self.model.fires[message.fire_id]
        assert (message.address, message.body) in book.texts | book.mended
        if message.settled_by == BY_HISTORY:
            assert (message.state is _S.SENT) == self.now.has(message.id), "the history was misread"
        if before is None:
            return
        if before.state in ENDS:
            assert message.state is before.state
        if before.state is _S.UNKNOWN:
            assert message.state in (_S.UNKNOWN, _S.SENT, _S.FAILED)
        if before.delivery is not None:
            assert message.delivery is not None
            assert RANKS[before.delivery] <= RANKS[message.delivery]
        if before.disposition is not None:  # a later answer may change it
            assert message.disposition is not None

    def _accepted(self) -> None:
        now, old = self.now, len(self.before.accepted)
        assert now.accepted[:old] == self.before.accepted
        for one in now.accepted[old:]:
            message = now.messages[one.message_id]
            assert (message.address, message.body) == (one.address, one.body)
            assert one.address not in self.refused, "sent after STOP"
            assert message.campaign_id not in self.silent, "sent while paused or canceled"
        for one in now.accepted:
            message = now.messages[one.message_id]
            was_decided = message.state is _S.FAILED and message.settled_by not in (None, BY_HISTORY)
            assert was_decided or message.state in (_S.SENDING, _S.SENT, _S.UNKNOWN), "a sent one is not"
        assert len({one.message_id for one in now.accepted}) == len(now.accepted), "sent twice"
        # What somebody decided to send again is a message of its own, of which there is one at most.
        texts = [
            (now.messages[one.message_id].fire_id, one.address, one.body)
            for one in now.accepted
            if not _is_resend(now, now.messages[one.message_id])
        ]
        assert len(set(texts)) == len(texts), "the same text went out twice"

    def _fire(self, fire_id: str) -> None:
        book, counted = self.model.fires[fire_id], self.now.ledgers[fire_id]
        ledger, all_planned = counted.ledger, counted.all_planned
        assert ledger.is_balanced, ledger
        assert min(ledger.sent, ledger.skipped, ledger.failed, ledger.unknown, ledger.pending) >= 0
        if self.now.fires[fire_id].is_closed:
            assert all_planned
            assert ledger.pending == 0
        if all_planned:
            messages = [message for message in self.now.of_fire(fire_id) if message.resend_of is None]
            assert len(messages) + book.failing == book.planned, "a row was lost"
            texts = {(m.address, m.body) for m in messages if m.reason != SkipReason.DUPLICATE}
            assert texts == book.texts, "everybody's text is planned"
            going = Counter((m.address, m.body) for m in messages if m.batch_id is not None)
            assert set(going.values()) <= {1}, "and once"

    def at_the_end(self) -> None:
        """When everything is quiet."""
        for message in self.now.messages.values():
            self._ended(message)

    def _ended(self, message: Message) -> None:
        book = self.model.campaigns[message.campaign_id]
        assert message.state in SETTLED
        if message.state is _S.SENT:
            assert self.now.has(message.id) or message.settled_by == "a person"
        if message.state in (_S.UNKNOWN, _S.FAILED):
            assert self.model.is_disturbed
        if message.state is _S.SKIPPED:
            excuses = {
                SkipReason.DUPLICATE: True,
                SkipReason.OPTED_OUT: message.address in self.model.ever_refused,
                SkipReason.CANCELED: book.state is CampaignState.CANCELED,
            }
            assert excuses[SkipReason(message.reason or "")]


def _is_resend(now: Look, message: Message) -> bool:
    """Whether it is the second copy of a message: a corrected one is no copy."""
    first = now.messages.get(message.resend_of or "")
    return first is not None and resend_id(first) == message.id
