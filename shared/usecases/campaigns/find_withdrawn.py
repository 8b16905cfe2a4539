"""Find which recipients' appointments a file of the source canceled or moved after theirs came."""

from collections.abc import Sequence

from msgspec import Struct, field

from shared.domain.files.appointments import visit_of
from shared.domain.files.withdrawal import Withdrawal, Withdrawn, WithdrawnBy
from shared.domain.fires.recipient import Recipient
from shared.firestore.queries.files import WITHDRAWALS_SINCE
from shared.runtime import Runtime

LOOKED_AT = 1_000  # records, of thousands of withdrawals each, since the recipients' file came


class WithdrawnRecipients(Struct, frozen=True, kw_only=True):
    """Keys of recipients of whom nothing is sent, each with the file that says so; and what that rests on."""

    files: dict[str, WithdrawnBy] = field(default_factory=dict)
    withdrawals: tuple[tuple[Withdrawal, str], ...] = ()


async def find_withdrawn(
    runtime: Runtime, company_id: str, source_id: str, recipients: Sequence[Recipient]
) -> WithdrawnRecipients:
    """Those of the recipients, all of one file of the source, whose appointments were withdrawn since.

    Costs nothing for recipients that are no appointments, else a read of the file and of what came after it.
    """
    visits = {
        recipient.key: visit
        for recipient in recipients
        if (visit := visit_of(source_id, recipient.values)) is not None
    }
    file_id = next((recipient.file_id for recipient in recipients if recipient.key in visits), None)
    if file_id is None:
        return WithdrawnRecipients()
    withdrawn = await _since(runtime, company_id, source_id, file_id)
    found = {key: by for key, visit in visits.items() if (by := withdrawn.of(visit)) is not None}
    return WithdrawnRecipients(
        files={key: WithdrawnBy(by, bool(one.still_at)) for key, (one, by) in found.items()},
        withdrawals=tuple(set(found.values())),
    )


async def _since(runtime: Runtime, company_id: str, source_id: str, file_id: str) -> Withdrawn:
    stores = runtime.stores
    file = await stores.files.find(company_id, file_id)
    if file is None:
        return Withdrawn()
    return Withdrawn(
        await stores.withdrawals.some(
            company_id, WITHDRAWALS_SINCE, source_id, file.created_at, limit=LOOKED_AT
        )
    )
