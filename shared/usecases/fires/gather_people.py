"""Find the people of a fire, which are read when it fires: then it goes on as one for a file does."""

from shared import log
from shared.domain.campaigns.content import CampaignContent
from shared.domain.files.file import File
from shared.domain.fires.fire import EMPTY_WORDS, EmptyBecause, Fire, FireState
from shared.domain.fires.planned_steps import planned_steps
from shared.domain.job import GatherPeople
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.campaigns.load_people import load_people, people_of
from shared.usecases.fires.store_chunks import store_chunks


async def gather_people(runtime: Runtime, job: GatherPeople) -> None:
    """Read the fire's audience and begin to queue it, unless that is done or another worker is at it."""
    company_id = job.company_id
    fire = await runtime.stores.fires.get(company_id, job.fire_id)
    with log.context(company_id=company_id, campaign_id=fire.campaign_id, fire_id=fire.id):
        if not fire.is_gathering:
            return
        content = await runtime.stores.campaign_contents.frozen(
            company_id, fire.campaign_id, fire.content_hash
        )
        file = await load_people(runtime, company_id, content.campaign, fire.id, fire.fired_at)
        if file is not None:
            gathered = await _begin(runtime, company_id, fire, content, file)
            log.event("people gathered", people=file.row_count)
            await store_chunks(runtime, company_id, gathered)


async def _begin(runtime: Runtime, company_id: str, fire: Fire, content: CampaignContent, file: File) -> Fire:
    """Plan the fire's steps for the people who were found; none when it was canceled meanwhile."""
    audience = people_of(file)
    steps = planned_steps(content, audience)
    empty = None if file.row_count else EmptyBecause.NO_PEOPLE
    note = file.refusal or (EMPTY_WORDS[empty] if empty else "")

    async def begin(transaction: Transaction) -> Fire:
        current = await runtime.stores.fires.get(company_id, fire.id, transaction)
        if not current.is_gathering:
            return current
        found = replace(
            current,
            is_gathering=False,
            audience=audience,
            steps=() if current.state is FireState.CANCELED else steps,
            later=current.later if file.row_count else (),
            empty_because=empty,
            note=note,
        )
        runtime.stores.fires.put(transaction, company_id, fire.id, found)
        return found

    return await transact(runtime.stores.db, begin, "gather_people.begin")
