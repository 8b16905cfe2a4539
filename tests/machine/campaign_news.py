"""What the provider and the people written to do."""

import asyncio
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from infra.local.simulator.outcomes import Answer
from shared.domain.messages.message import MessageState
from shared.domain.messages.reply import ReplyMeaning
from shared.domain.messages.sending import Receipt, ReceiptKind
from shared.usecases.answers.receive_reply import ANSWERABLE_FOR
from shared.usecases.answers.record_receipt import record_receipt
from tests.machine.campaign_story import Story, numbers


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
        open_questions = [
            message.id
            for message in self.seen.messages.values()
            if message.address == address
            and message.state is MessageState.SENT
            and message.disposition is None
            and message.sent_at is not None
            and message.sent_at > self.clock.at - ANSWERABLE_FOR
        ]
        reply, *_ = await asyncio.gather(self.clinic.write(address, body), *together_with)
        if body.casefold().startswith("stop"):
            assert reply.meaning is ReplyMeaning.OPT_OUT
            self.model.refused.add(address)
            self.model.ever_refused.add(address)
        elif body == "START":
            assert reply.meaning is ReplyMeaning.OPT_IN
            self.model.refused.discard(address)
        elif body in ("1", "2") and len(open_questions) == 1:
            assert (reply.meaning, reply.message_id) == (ReplyMeaning.ANSWER, open_questions[0])
        else:
            assert reply.meaning is ReplyMeaning.UNCLEAR

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
