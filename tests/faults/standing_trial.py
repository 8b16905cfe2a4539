"""A trial of what sends by standing fires: one of each day, open for nobody, counted from its messages."""

from shared.domain.fires.fire import Fire, FireProgress, Ledger, ProgressStatus
from shared.domain.messages.batch import BatchState
from shared.views.fires import get_live_fire
from tests.faults.trial import Trial


class StandingTrial(Trial):
    """Its ledger are those of all its fires together."""

    async def are_batches_done(self) -> bool:
        """Whether nothing waits on the send path."""
        batches = (await self.stores.batches.page(self.company_id, limit=1000)).items
        return all(batch.state is BatchState.DONE for batch in batches)

    async def fires(self) -> list[Fire]:
        """The day's fires."""
        return (await self.stores.fires.page(self.company_id, limit=100)).items

    async def fire(self) -> Fire | None:
        """One of them, once there is one."""
        return next(iter(await self.fires()), None)

    async def progress(self) -> FireProgress | None:
        """Their ledgers together, as people see them."""
        total = Ledger()
        fires = await self.fires()
        for fire in fires:
            total += (await get_live_fire(self.runtime, self.company_id, fire.id)).books.ledger
        if not fires:
            return None
        return FireProgress(
            id=self.company_id,
            fire_id=self.company_id,
            ledger=total,
            steps=(),
            status=ProgressStatus.SENT,
            percent=total.percent,
            updated_at=self.runtime.now(),
        )
