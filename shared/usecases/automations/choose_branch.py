"""Which branch of an if a contact takes, by what is known of it now."""

from shared.domain.automations.steps import OTHERWISE, THEN, IfStep
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.judge_contact import asks_consent, judge_of
from shared.runtime import Runtime
from shared.usecases.automations.load_round import Round
from shared.views.activity import read_tallies_of
from shared.views.refusals import Refusals
from shared.views.segments import read_kinds


async def choose_branch(
    runtime: Runtime, company_id: str, round: Round, step: IfStep, contact: Contact
) -> str:
    """THEN for a contact that meets the step's criterion, else OTHERWISE."""
    criterion = step.criterion
    kinds = await read_kinds(runtime, company_id)
    tallies = await read_tallies_of(runtime, company_id, [criterion], contact, round.now)
    judge = judge_of(criterion, kinds, round.now, round.company.time_zone, tallies)
    refusals = Refusals(runtime, company_id, is_needed=asks_consent(criterion))
    return THEN if judge(contact, await refusals.of([contact])) else OTHERWISE
