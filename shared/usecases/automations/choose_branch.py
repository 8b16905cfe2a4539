"""Which branch of an if a contact takes, by what is known of it now."""

from shared.domain.automations.enrollment import Enrollment
from shared.domain.automations.steps import OTHERWISE, THEN, IfStep
from shared.domain.contacts.judge_contact import asks_consent, judge_of, parts_of
from shared.domain.contacts.segment import OnList
from shared.runtime import Runtime
from shared.usecases.automations.load_round import Round
from shared.views.activity import read_tallies_of
from shared.views.confirmed_lists import read_confirmed_lists
from shared.views.refusals import Refusals


async def choose_branch(
    runtime: Runtime, company_id: str, round: Round, step: IfStep, enrollment: Enrollment
) -> str:
    """THEN if the enrollment's contact, or its row, meets the step's criterion, else OTHERWISE."""
    criterion, contact = step.criterion, round.contacts[enrollment.contact_id]
    kinds = {key: one.kind for key, one in round.fields.items()}
    tallies = await read_tallies_of(runtime, company_id, [criterion], [contact], round.now)
    row = round.rows.get(enrollment.row)
    if any(isinstance(one, OnList) for one in parts_of(criterion)):
        written_to = round.definition_of(enrollment).written_to()
        confirmed = await read_confirmed_lists(runtime, round.company, [contact], written_to)
        contact = confirmed.seen(contact, round.now, written_to)
    judge = judge_of(criterion, kinds, round.now, round.company.time_zone, tallies, row)
    refusals = Refusals(runtime, company_id, is_needed=asks_consent(criterion))
    return THEN if judge(contact, await refusals.of([contact])) else OTHERWISE
