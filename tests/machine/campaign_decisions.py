"""What evidence, people and policies make of what is unknown or failed."""

import asyncio
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from shared.domain.campaigns.campaign import CampaignState, UnknownPolicy
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.files.row_key import row_key
from shared.domain.messages.failure import Failure, FailureState
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.resent import resend_id
from shared.domain.messages.skip_reason import SkipReason
from shared.usecases.evidence.reconcile_sends import reconcile_sends
from shared.usecases.evidence.settle_message import Settlement, settle_message
from shared.usecases.fires.requeue_failure import requeue_failure
from tests.machine.campaign_deaths import DEADLY_IN_DECISIONS, DEADLY_IN_EVIDENCE, Death, dying
from tests.machine.campaign_evidence import decided, is_due, predicted
from tests.machine.campaign_look import Look
from tests.machine.campaign_model import GOOD_DIGITS, OTHER_DIGITS, Line
from tests.machine.campaign_story import Story, moments, numbers

A_PERSON = "a person"
corrections = st.fixed_dictionaries(
    {"phone": st.sampled_from((*GOOD_DIGITS, OTHER_DIGITS, OTHER_DIGITS, "12"))},
    optional={"name": st.sampled_from(("Ana", "Cid"))},
)


class Decisions(Story):
    """The rules of evidence and decisions."""

    @rule(
        after=st.sampled_from((timedelta(), timedelta(minutes=11), timedelta(hours=5), timedelta(hours=5))),
        death=st.none() | st.none() | st.tuples(st.sampled_from(DEADLY_IN_EVIDENCE), moments),
    )
    def reconcile(self, after: timedelta, death: Death | None) -> None:
        """The providers' history is asked: at once, when leases are over, or after the quiet period."""
        self.act(self._reconcile(after, death))

    async def _reconcile(self, after: timedelta, death: Death | None) -> None:
        self.clock.at += after
        before, settings, now = await self.look(), self.runtime.settings, self.clock.at
        with dying(death):
            await reconcile_sends(self.runtime, now)
        await self._end_searches()
        found = await self.look()
        for message in before.messages.values():
            book = self.model.campaigns[message.campaign_id]
            states = {message.state}
            if is_due(message, now, settings):
                expected = predicted(message, before, book, now, settings)
                states = expected if death is None else states | expected
            assert found.messages[message.id].state in states, (message, found.messages[message.id].state)
        for message in found.messages.values():
            if message.id not in before.messages:
                self._note_resend(before, message)
        if death is None:
            self._check_receipts(before, found)

    async def _end_searches(self) -> None:
        """A process that died does nothing more."""
        left = [
            task
            for task in asyncio.all_tasks()
            if getattr(task.get_coro(), "__qualname__", "").startswith(("_Search", "_settle_all"))
        ]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _note_resend(self, before: Look, message: Message) -> None:
        """Only a policy makes messages here: one copy of what is unknown, of a campaign that wants that."""
        first = before.messages[message.resend_of or ""]
        book = self.model.campaigns[message.campaign_id]
        assert (message.id, first.resend_of) == (resend_id(first), None)
        assert book.policy is UnknownPolicy.RESEND
        assert book.state is not CampaignState.CANCELED
        self._goes_on(before, message)

    def _goes_on(self, before: Look, message: Message) -> None:
        if before.campaigns[message.campaign_id].last_fire_id == message.fire_id:
            self.model.campaigns[message.campaign_id].send_again()

    def _check_receipts(self, before: Look, found: Look) -> None:
        """The days that were searched leave no message without a receipt that the provider listed."""
        for search in before.searches.values():
            if not search.is_open or search.next_at > self.clock.at:
                continue
            for fire_id in search.fire_ids:
                for message in before.of_fire(fire_id):
                    if message.provider_id is not None and before.sent_on.get(message.id) == search.day:
                        assert found.messages[message.id].delivery is not None, "no receipt was looked for"

    @rule(number=numbers, settlement=st.sampled_from(Settlement), changes=corrections)
    def tidy_up(self, number: int, settlement: Settlement, changes: dict[str, str]) -> None:
        """Somebody goes through what is left: looks for evidence, decides, and corrects."""
        self.reconcile(timedelta(minutes=11), None)
        self.everything_holds()
        self.settle(number, settlement, None)
        self.everything_holds()
        self.requeue(number, changes, None)

    @rule(
        number=numbers,
        settlement=st.sampled_from(Settlement),
        death=st.none() | st.tuples(st.sampled_from(DEADLY_IN_DECISIONS), moments),
    )
    def settle(self, number: int, settlement: Settlement, death: Death | None) -> None:
        """Somebody decides about a message, mostly about one whose outcome is unknown or was decided."""
        messages = list(self.seen.messages.values())
        unknown = [message for message in messages if message.state is MessageState.UNKNOWN]
        settled = [message for message in messages if message.settled_by is not None]
        # Ids differ from one telling of a story to the next: rows do not.
        wanted = sorted(
            unknown or settled or messages, key=lambda one: (one.row_number, one.created_at, one.body)
        )
        if wanted:
            self.act(self._settle(wanted[number % len(wanted)], settlement, death))

    async def _settle(self, message: Message, settlement: Settlement, death: Death | None) -> None:
        before, book = self.seen, self.model.campaigns[message.campaign_id]
        expected = decided(message, settlement, before, book)
        if expected is None:
            return await self.must_refuse(lambda: self._decide(message, settlement), Conflict)
        is_done = resend_id(message) in before.messages
        with dying(death):
            await self._decide(message, settlement)
        found = await self.look()
        if death == ("settle_message", "before"):
            assert found.messages == before.messages
            return None
        assert found.messages[message.id].state is expected
        if settlement is Settlement.RESEND and not is_done:
            again = found.messages[resend_id(message)]
            assert (again.state, again.resend_of) == (MessageState.QUEUED, message.id)
            assert (again.address, again.body) == (message.address, message.body)
            self._goes_on(before, again)
        return None

    async def _decide(self, message: Message, settlement: Settlement) -> None:
        await settle_message(self.runtime, "acme", message.id, settlement, by=A_PERSON)

    @rule(
        number=numbers,
        changes=corrections,
        death=st.none() | st.tuples(st.sampled_from(DEADLY_IN_DECISIONS), moments),
    )
    def requeue(self, number: int, changes: dict[str, str], death: Death | None) -> None:
        """Somebody corrects a failure, rightly or not."""
        failures = list(self.seen.failures.values())
        fired = [failure for failure in failures if failure.fire_id is not None]
        wanted = sorted(fired or failures, key=lambda one: (one.row_number, one.created_at, one.kind))
        if wanted:
            self.act(self._requeue(wanted[number % len(wanted)], changes, death))

    async def _requeue(self, failure: Failure, changes: dict[str, str], death: Death | None) -> None:
        before = self.seen
        given = {key: f"+1212555{value}" if key == "phone" else value for key, value in changes.items()}

        async def act() -> None:
            await requeue_failure(self.runtime, "acme", failure.id, given)

        text = self._corrected(failure, changes)
        if text is None:
            return await self.must_refuse(act, Conflict, InvalidInput)
        with dying(death):
            await act()
        found = await self.look()
        if death == ("requeue_failure", "before"):
            assert (found.messages, found.failures) == (before.messages, before.failures)
            return None
        done = found.failures[failure.id]
        made = found.messages[done.requeued_as or ""]
        assert (done.state, made.resend_of) == (FailureState.REQUEUED, failure.message_id)
        assert (made.address, made.body) == text
        self._note_corrected(made, before)
        return None

    def _corrected(self, failure: Failure, changes: dict[str, str]) -> tuple[str, str] | None:
        """The text of the corrected row; None when it must be refused."""
        if failure.fire_id is None or failure.campaign_id is None or failure.state is FailureState.REQUEUED:
            return None
        if self.model.campaigns[failure.campaign_id].state is CampaignState.CANCELED:
            return None
        book = self.model.fires[failure.fire_id]
        number = failure.row_number or 0
        [file_id] = [key for key in book.file_ids if row_key(key, number) == failure.recipient_key]
        row = self.model.files[file_id].lines[number - 2]
        line = Line(changes.get("name", row.name), changes.get("phone", row.digits))
        text = line.text(book.template_id)
        message = self.seen.messages.get(failure.message_id or "")
        return None if message is not None and text == (message.address, message.body) else text

    def _note_corrected(self, made: Message, before: Look) -> None:
        book = self.model.fires[made.fire_id]
        text = (made.address, made.body)
        first = [m for m in before.of_fire(made.fire_id) if m.batch_id is not None]  # not skipped at once
        if any((message.address, message.body) == text for message in first):
            assert (made.state, made.reason) == (MessageState.SKIPPED, SkipReason.DUPLICATE)
        elif made.address in self.model.refused:
            assert (made.state, made.reason) == (MessageState.SKIPPED, SkipReason.OPTED_OUT)
        else:
            assert made.state is MessageState.QUEUED
        if made.resend_of is None:
            book.failing -= 1
        if made.reason == SkipReason.DUPLICATE:
            return
        if made.resend_of is None:
            book.texts.add(text)
        else:
            book.mended.add(text)
            book.texts.discard(text)  # of a row not planned yet, which will be the duplicate
        if made.state is MessageState.QUEUED:
            self._goes_on(before, made)
