"""A clinic whose database and topics stand behind proxies that count what would be billed."""

from collections import Counter
from collections.abc import Sequence

from shared.domain.fires.fire_cost import FireCost
from shared.domain.job import Job
from shared.pubsub.publisher import PubSubPublisher
from shared.usecases.run_job import run_job
from tests.kit.clinic import Clinic
from tests.kit.counting_proxy import CountingProxy


class Measured:
    """A clinic behind proxies that count, and the jobs it announced."""

    def __init__(self, clinic: Clinic, proxy: CountingProxy, pubsub: CountingProxy) -> None:
        self.clinic = clinic
        self.proxy = proxy
        self._pubsub = pubsub
        self._publisher = PubSubPublisher(clinic.runtime.settings.project_id, pubsub.address)
        self.waiting: list[Job] = []
        clinic.runtime.publisher = self

    async def publish(self, jobs: Sequence[Job]) -> None:
        """Announce the jobs on their topics, and keep them to be run."""
        await self._publisher.publish(jobs)
        self.waiting += jobs

    def seen(self) -> Counter[str]:
        """What the proxies have seen until now."""
        return self.proxy.counts + self._pubsub.counts

    async def run(self, job: Job) -> Counter[str]:
        """Run a job; what the proxies saw of it."""
        before = self.seen()
        await run_job(self.clinic.runtime, job)
        return self.seen() - before

    async def run_all(self) -> list[Counter[str]]:
        """Run what is announced until nothing is; what was seen of each job."""
        seen = []
        while self.waiting:
            seen.append(await self.run(self.waiting.pop(0)))
        return seen

    async def costs(self) -> list[FireCost]:
        """What was stored, in order."""
        page = await self.clinic.stores.fire_costs.page(self.clinic.company_id, limit=1000)
        return sorted(page.items, key=lambda cost: cost.counted_at)
