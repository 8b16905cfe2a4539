"""What the provider and the people written to do."""

import asyncio
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from infra.local.simulator.outcomes import Answer
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.messages.conversation import ANSWERABLE_FOR
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Receipt, ReceiptKind
from shared.domain.replies.asked import ReplyMeaning
from shared.usecases.answers.record_receipt import record_receipt
from tests.machine.campaign_story import Story, numbers

MEANINGS = {"1": Disposition.CONFIRMED, "2": Disposition.CANCELED}


def _answered(questions: list[Message], meant: Disposition) -> Message | None:
    """The message that the answer belongs to, if there is only one it can belong to."""
    first = [one for one in questions if one.disposition is None]
    if first or len(questions) == 1:
        return (first or questions)[0] if len(first) < 2 else None
    is_said_already = all(one.disposition is meant for one in questions)
    newest = sorted(questions, key=lambda one: one.sent_at or one.sending_at or one.created_at)
    return newest[-1] if questions and is_said_already else None


class News(Story):
    """The rules of what comes from outside."""

    @rule(
        answer=st.sampled_from(
            (Answer.THROTTLED, Answer.ERROR, Answer.ERROR_ACCEPTED, Answer.RESET_ACCEPTED)
        ),
        count=st.integers(1, 2),
    )
    def disturb(self, answer: Answer, count: int) -> None:
        """The provider answers the next calls that way."""
        self.model.is_disturbed |= answer is not Answer.THROTTLED
        self.act(self.clinic.simulator.ask_fault("twilio", answer, count=count))

    @rule(number=numbers, body=st.sampled_from(("STOP", "stop it please")))
    def refuse(self, number: int, body: str) -> None:
        """Somebody says no, mostly somebody whose message is on its way."""
        self.act(self.write(self.somebody(number, MessageState.QUEUED, MessageState.SENDING), body))

    @rule(number=numbers, body=st.sampled_from(("START", "1", "2", "who is this?")))
    def answer(self, number: int, body: str) -> None:
        """Somebody writes back, mostly somebody who was written to."""
        self.act(self.write(self.somebody(number, MessageState.SENT), body))

    async def write(self, address: str, body: str, together_with: Any = ()) -> None:
        questions = self._questions(address)
        reply, *_ = await asyncio.gather(self.clinic.write(address, body), *together_with)
        if body.casefold().startswith("stop"):
            assert reply.meaning is ReplyMeaning.OPT_OUT
            self.model.refused.add(address)
            self.model.ever_refused.add(address)
        elif body == "START":
            assert reply.meaning is ReplyMeaning.OPT_IN
            self.model.refused.discard(address)
        elif body in MEANINGS and (one := _answered(questions, MEANINGS[body])) is not None:
            assert (reply.meaning, reply.message_id) == (ReplyMeaning.ANSWER, one.id), (reply, questions)
            assert reply.contradicts_earlier == (one.disposition not in (None, MEANINGS[body]))
        else:
            assert reply.meaning is ReplyMeaning.UNCLEAR
            assert reply.waits

    def _questions(self, address: str) -> list[Message]:
        """What the person may answer: what was sent of late, and is not over."""
        open_for = [
            message
            for message in self.seen.messages.values()
            if message.address == address
            and message.state in (MessageState.SENT, MessageState.SENDING, MessageState.UNKNOWN)
            and (at := message.sent_at or message.sending_at) is not None
            and at > self.clock.at - ANSWERABLE_FOR
        ]
        ends = {one.id: one.about_at or one.not_after for one in open_for}
        return [one for one in open_for if (end := ends[one.id]) is None or end > self.clock.at]

    @precondition(lambda self: self.seen.accepted)
    @rule(
        number=numbers,
        kinds=st.lists(
            st.sampled_from([kind for kind in ReceiptKind if kind is not ReceiptKind.UNKNOWN]),
            min_size=1,
            max_size=3,
        ),
    )
    def receive(self, number: int, kinds: list[ReceiptKind]) -> None:
        """Receipts for what the provider has, in any order; one that dies half-way comes again."""
        self.act(self._receive(number, kinds))

    async def _receive(self, number: int, kinds: list[ReceiptKind]) -> None:
        one = self.seen.accepted[number % len(self.seen.accepted)]
        for kind in kinds:
            event_id = f"{one.message_id} {kind}"
            receipt = Receipt(
                message_id=one.message_id, kind=kind, event_id=event_id, provider_id=one.provider_id
            )
            assert await record_receipt(self.runtime, "acme", receipt)
            if kind in (ReceiptKind.OPTED_OUT, ReceiptKind.COMPLAINED):
                self.model.refused.add(one.address)
                self.model.ever_refused.add(one.address)
