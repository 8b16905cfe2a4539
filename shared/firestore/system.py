"""What concerns all companies: the hold on sending, the heartbeat by which a restored database is known, the
release of time zone rules, and that the queue fails.

The hold exists only while it holds, the failure only while it lasts, so no backup of ordinary times has one,
and no import takes it away.
"""

from datetime import datetime
from typing import Any

from google.cloud.firestore import AsyncClient, AsyncDocumentReference
from msgspec import Struct

from shared.domain.hold import Hold
from shared.domain.queue_failure import QueueFailure
from shared.firestore.kit import paths
from shared.firestore.kit.codec import overwriting, record_in, to_document
from shared.firestore.kit.retries import READ_RETRY
from shared.firestore.kit.together import Wanted
from shared.firestore.kit.transactions import Transaction, transact

HOLD, HEARTBEAT, ZONE_DATA, QUEUE_FAILURE = "hold", "heartbeat", "zone_data", "queue_failure"


class Heartbeat(Struct, frozen=True, kw_only=True):
    """When a sweep last ran."""

    id: str
    at: datetime


class ZoneData(Struct, frozen=True, kw_only=True):
    """The release of time zone rules (such as 2026f) by which all coming fires are planned."""

    id: str
    release: str


class System:
    """The documents beside the companies that say how the whole system is."""

    def __init__(self, db: AsyncClient) -> None:
        self._db = db

    def hold_ref(self) -> AsyncDocumentReference:
        """Where the hold is, if there is one."""
        return paths.system(self._db, HOLD)

    def wanted_hold(self) -> Wanted[Hold]:
        """The hold, to be read together with others."""
        return Wanted(_hold_in, [self.hold_ref()])

    async def find_hold(self) -> Hold | None:
        """The hold, or None when sending may go on."""
        snapshot = await self.hold_ref().get(retry=READ_RETRY)
        return _hold_in(snapshot) if snapshot.exists else None

    async def save_hold(self, hold: Hold) -> None:
        """From now on nothing is sent."""
        document, fields = overwriting(hold)
        await self.hold_ref().set(document, merge=fields)  # type: ignore[arg-type]  # as documented

    async def release(self) -> None:
        """Let sending go on."""
        await self.hold_ref().delete()

    async def heartbeat(self) -> datetime | None:
        """When a sweep last ran, as far as this database knows."""
        snapshot = await paths.system(self._db, HEARTBEAT).get(retry=READ_RETRY)
        return _time_of(snapshot)

    async def beat(self, at: datetime) -> None:
        """Note that a sweep ran; an older one never takes the place of a newer."""
        ref = paths.system(self._db, HEARTBEAT)

        async def note(transaction: Transaction) -> None:
            snapshot = await ref.get(transaction=transaction)
            known = _time_of(snapshot)
            if known is None or known < at:
                transaction.set(ref, to_document(Heartbeat(id=HEARTBEAT, at=at)))

        await transact(self._db, note)

    async def zone_data(self) -> str | None:
        """The release of time zone rules by which coming fires are planned; None when it was never noted."""
        snapshot = await paths.system(self._db, ZONE_DATA).get(retry=READ_RETRY)
        if not snapshot.exists:
            return None
        return record_in(ZoneData, snapshot).release

    async def note_zone_data(self, release: str) -> None:
        """All coming fires are planned by this release of time zone rules."""
        document, fields = overwriting(ZoneData(id=ZONE_DATA, release=release))
        await paths.system(self._db, ZONE_DATA).set(document, merge=fields)  # type: ignore[arg-type]  # as documented

    async def find_queue_failure(self) -> QueueFailure | None:
        """That the queue fails; None when nothing is known of it."""
        snapshot = await paths.system(self._db, QUEUE_FAILURE).get(retry=READ_RETRY)
        return record_in(QueueFailure, snapshot) if snapshot.exists else None

    async def save_queue_failure(self, failure: QueueFailure) -> None:
        """Announcing jobs fails."""
        document, fields = overwriting(failure)
        await paths.system(self._db, QUEUE_FAILURE).set(document, merge=fields)  # type: ignore[arg-type]  # as documented

    async def end_queue_failure(self) -> None:
        """The queue takes jobs again."""
        await paths.system(self._db, QUEUE_FAILURE).delete()


def _hold_in(snapshot: Any) -> Hold:
    return record_in(Hold, snapshot)


def _time_of(snapshot: Any) -> datetime | None:
    if not snapshot.exists:
        return None
    return record_in(Heartbeat, snapshot).at
