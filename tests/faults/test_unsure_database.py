"""Firestore fails reads, and commits before, long before or after it applies them: the work goes on, once."""

from collections import Counter
from collections.abc import AsyncIterator

import grpc
import pytest
import pytest_asyncio

from infra.local.emulators import Emulators
from shared.domain.fires.fire import Ledger
from shared.runtime import Runtime
from tests.faults.grpc_proxy import Failing, GrpcProxy
from tests.faults.orders import Moment
from tests.faults.scenarios import READS
from tests.kit.clinic import Clinic

CODES = (grpc.StatusCode.ABORTED, grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
TOO_LATE = grpc.StatusCode.DEADLINE_EXCEEDED
PEOPLE = [{"Patient": f"P{n}", "Phone": f"+1 212 555 {2000 + n}"} for n in range(6)]


@pytest_asyncio.fixture
async def proxy(emulators: Emulators) -> AsyncIterator[GrpcProxy]:
    async with GrpcProxy() as proxy:
        proxy.target = emulators.firestore
        yield proxy


@pytest_asyncio.fixture
async def unsure(clinic: Clinic, proxy: GrpcProxy, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Clinic]:
    """The same clinic, with its database behind the proxy."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", proxy.address)
    unsure = Clinic(Runtime(clinic.runtime.settings), clinic.simulator)
    yield unsure
    await unsure.close()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
async def test_every_third_commit_fails(
    unsure: Clinic, proxy: GrpcProxy, code: grpc.StatusCode, moment: Moment
) -> None:
    await _send_while(unsure, proxy, Failing(code=code, moment=moment, methods=("Commit",), every=3))


async def test_every_fifth_commit_is_applied_long_after_it_failed(unsure: Clinic, proxy: GrpcProxy) -> None:
    late = Failing(
        code=grpc.StatusCode.DEADLINE_EXCEEDED,
        moment="before",
        methods=("Commit",),
        every=5,
        late_seconds=0.5,
    )
    await _send_while(unsure, proxy, late)
    assert proxy.late.applied > 0


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
async def test_every_fifth_read_fails(unsure: Clinic, proxy: GrpcProxy, code: grpc.StatusCode) -> None:
    await _send_while(unsure, proxy, Failing(code=code, moment="before", methods=READS, every=5))


async def _send_while(unsure: Clinic, proxy: GrpcProxy, failing: Failing) -> None:
    """Load a file and send a campaign while the database fails so, and judge by the provider's books."""
    proxy.failing = failing
    file = await unsure.load(*PEOPLE, {"When": "tomorrow"})
    assert (file.row_count, file.rejected_count, file.attempt) == (6, 1, 1)
    proxy.failing = None
    await unsure.ready()
    unsure.runs_jobs = False
    fire = await unsure.fire()
    proxy.failing = failing
    unsure.runs_jobs = True
    await unsure.run_published()
    proxy.failing = None
    await proxy.late.all_done()
    assert proxy.failed > 2
    accepted = Counter(message["handset"] for message in await unsure.accepted())
    assert len(accepted) == 6
    assert set(accepted.values()) == {1}
    report = await unsure.report(fire)
    assert report.ledger == Ledger(planned=6, sent=6)
