"""Load an audience of people as a file of its own, once: what is sent and shown is read from it."""

from datetime import datetime

from shared import faults
from shared.domain.campaigns.audience import FoundAudience, PeopleAudience, PeoplePart
from shared.domain.campaigns.campaign import Campaign
from shared.domain.errors import Conflict
from shared.domain.files.file import File, FileState
from shared.domain.ids import computed_id
from shared.runtime import Runtime
from shared.usecases.campaigns.store_people import store_people
from shared.usecases.files.claim_file import claim_file
from shared.usecases.files.note_loading import end_loading

GENERATION = "people"  # of the file that they become: it is not uploaded


async def load_people(
    runtime: Runtime, company_id: str, campaign: Campaign, wanted_by: str, now: datetime
) -> File | None:
    """The file of those who are in the campaign's audience `now`; None while another worker is at it.

    `wanted_by` is the id of the fire or preview: asked again, it is the same file. A refused one says why.
    """
    file = await _file(runtime, company_id, campaign, wanted_by)
    if file.state is not FileState.LOADING:
        return file
    ours = await claim_file(runtime, company_id, file.id, GENERATION)
    return await _load(runtime, company_id, campaign, ours, now) if ours else None


def people_of(file: File) -> FoundAudience:
    """The audience that the file of its people is."""
    part = PeoplePart(file_id=file.id, recipient_count=file.row_count, chunk_count=file.chunk_count)
    return FoundAudience(parts=(part,))


async def _file(runtime: Runtime, company_id: str, campaign: Campaign, wanted_by: str) -> File:
    files, file_id = runtime.stores.files, computed_id(wanted_by, "people")
    new = File(
        id=file_id,
        source_id=campaign.audience.source_id,
        name=f"People of {campaign.name}",
        object_name="",
        created_at=runtime.now(),
        state=FileState.LOADING,
    )
    with faults.step("load_people.open"):
        await files.add(company_id, file_id, new)
    return await files.get(company_id, file_id)


async def _load(runtime: Runtime, company_id: str, campaign: Campaign, file: File, now: datetime) -> File:
    audience, kinds = campaign.audience, {step.channel.record.address for step in campaign.steps}
    if not isinstance(audience, PeopleAudience):
        raise TypeError(f"the campaign {campaign.id} is for files")
    try:
        part = await store_people(runtime, company_id, audience, kinds, file.id, now)
    except Conflict as refusal:
        return await end_loading(runtime, company_id, file, state=FileState.REFUSED, refusal=str(refusal))
    counts = {"row_count": part.recipient_count, "chunk_count": part.chunk_count}
    return await end_loading(runtime, company_id, file, state=FileState.LOADED, **counts)
