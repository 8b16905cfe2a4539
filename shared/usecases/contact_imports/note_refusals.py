"""Note the refusals that an import tells."""

from collections.abc import Sequence

from shared.domain.contacts.contact_edit import AddressEdit
from shared.domain.contacts.contact_import import ContactImport
from shared.domain.contacts.opt_out import OptOut, OptOutSource, opt_out_id
from shared.runtime import Runtime
from shared.usecases.contacts.note_opt_outs import note_opt_outs


async def note_refusals(
    runtime: Runtime, company_id: str, item: ContactImport, edits: Sequence[AddressEdit]
) -> None:
    """From now on nothing goes to the addresses. One that refuses already stays as it was noted then."""
    refusals = [
        OptOut(
            id=opt_out_id(one.channel, one.address),
            channel=one.channel,
            address=one.address,
            is_active=True,
            source=OptOutSource.FILE,
            changed_at=runtime.now(),
            text=one.consent_note,
            changed_by=f"import {item.id}",
        )
        for one in edits
    ]
    await note_opt_outs(runtime, company_id, refusals)
