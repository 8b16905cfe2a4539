"""Why a fire has nothing of a person: its audience is judged again, as it was then."""

from shared.domain.channels.channel import all_channels
from shared.domain.contacts.opt_out import opt_out_id
from shared.domain.fires.explanation import Absence, Explanation, absent
from shared.domain.fires.fire import EmptyBecause, Fire, FireState
from shared.runtime import Runtime
from shared.usecases.fires.explain_not_gathered import explain_not_gathered
from shared.usecases.fires.explain_not_in_files import explain_not_in_files
from shared.usecases.fires.explain_planned import Missing
from shared.views.ledger import is_past_keeping
from shared.views.one_person import OnePerson


async def explain_missing(runtime: Runtime, company_id: str, person: OnePerson, fire: Fire) -> Missing:
    """Which step of the fire left the person out."""
    found = await _of_fire(runtime, company_id, fire) or await _forgotten(runtime, company_id, person, fire)
    if found is not None:
        return Missing([found])
    content = await runtime.stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)
    if content.campaign.is_for_people:
        return await explain_not_gathered(runtime, company_id, person, fire, content)
    return await explain_not_in_files(runtime, company_id, person, fire, content)


async def _forgotten(runtime: Runtime, company_id: str, person: OnePerson, fire: Fire) -> Explanation | None:
    """That what there was of them was deleted after the fire, which is known by the hash of the address."""
    ids = {
        opt_out_id(channel, one.address)
        for one in person.addresses
        for channel in all_channels()
        if channel.record.address is one.kind
    }
    deletions = (await runtime.stores.deletions.find_many(company_id, ids)).values()
    last = max((one.started_at for one in deletions if one.started_at > fire.fired_at), default=None)
    if last is None:
        return None
    words = f"All that was kept of the address was deleted at the person's request on {last:%Y-%m-%d}."
    return absent(Absence.FORGOTTEN, f"{words} Whether they got it is not known any more.")


async def _of_fire(runtime: Runtime, company_id: str, fire: Fire) -> Explanation | None:
    """What keeps everybody's message from being there."""
    if await is_past_keeping(runtime, company_id, fire):
        return absent(Absence.NO_MORE_KEPT, "The fire is so long ago that its messages are no longer kept.")
    if fire.is_gathering:
        return absent(Absence.GATHERING, "Who is in the audience is still being read.")
    if fire.state is FireState.CANCELED and not fire.steps:
        return absent(Absence.FIRE_CANCELED, "The campaign was canceled before anybody's message was made.")
    if fire.empty_because not in (None, EmptyBecause.NO_PEOPLE):
        return absent(Absence.NO_RECIPIENTS, f"The campaign had nobody to send to. {fire.note}".strip())
    return None
