"""One worker, taken through its steps by hand, so that it stops exactly where a story says."""

from shared.domain.job import SendBatch
from shared.domain.lease import LeaseLost
from shared.domain.messages.batch import Claim
from shared.domain.messages.message import Message
from shared.domain.messages.sending import SendResult
from shared.usecases.sending.call_provider import call_provider
from shared.usecases.sending.claim_batch import claim_batch
from shared.usecases.sending.close_batch import close_batch
from shared.usecases.sending.intend_messages import intend_messages
from shared.usecases.sending.record_results import record_results
from tests.kit.clinic import Clinic


class PromiseBroken(AssertionError):
    """A message was doubled, lost, left hanging, or sent to somebody who had refused it."""


class Worker:
    """One worker on the only batch there is, step by step."""

    def __init__(self, clinic: Clinic, claim: Claim) -> None:
        self.clinic = clinic
        self.claim = claim
        self.messages: list[Message] = []

    @classmethod
    async def claims(cls, clinic: Clinic, job: SendBatch) -> "Worker":
        claim = await claim_batch(clinic.runtime, clinic.company_id, job.batch_id)
        if claim is None:
            raise PromiseBroken("the batch cannot be claimed")
        return cls(clinic, claim)

    async def intends(self) -> bool:
        """Mark all messages; False when the lease was lost."""
        runtime, batch = self.clinic.runtime, self.claim.batch
        fire = await runtime.stores.fires.get(self.clinic.company_id, batch.fire_id)
        content = await runtime.stores.campaign_contents.frozen(
            self.clinic.company_id, fire.campaign_id, fire.content_hash
        )
        try:
            intents = await intend_messages(
                runtime, self.clinic.company_id, self.claim, content, batch.message_ids
            )
        except LeaseLost:
            return False
        self.intents = intents
        self.content = content
        return True

    async def calls(self) -> dict[str, SendResult]:
        """Call the provider for what was marked."""
        runtime = self.clinic.runtime
        sender = self.content.senders[self.claim.batch.sender_id]
        credentials = await runtime.credentials(self.clinic.company_id, sender)
        provider = runtime.message_sender(sender, credentials)
        return await call_provider(
            runtime, self.clinic.company_id, self.claim, sender, provider, self.content, self.intents.intended
        )

    async def records(self, results: dict[str, SendResult]) -> None:
        """Write the results."""
        runtime, company_id = self.clinic.runtime, self.clinic.company_id
        await record_results(runtime, company_id, self.claim.token, results, self.intents.intended)

    async def closes(self) -> None:
        """Close the batch."""
        await close_batch(
            self.clinic.runtime,
            self.clinic.company_id,
            self.claim,
            is_settled=False,
            is_paused=False,
            retry_after_seconds=0,
        )

    def all_get(self, result: SendResult) -> dict[str, SendResult]:
        """The same result for each marked message."""
        return {one.message.id: result for one in self.intents.intended}
