"""Try an automation's draft for one contact: which steps it would do, and when. Nothing is stored or sent."""

from datetime import datetime

from msgspec import Struct

from shared.domain.automations.automation import Automation, Definition, definition_in
from shared.domain.automations.enrollment import Completed
from shared.domain.automations.next_step import next_step
from shared.domain.automations.sending import campaign_of, recipient_of
from shared.domain.automations.steps import (
    OTHERWISE,
    THEN,
    AutomationStep,
    EndStep,
    IfStep,
    SendStep,
    WaitStep,
    WaitUntilEvent,
    every_step,
)
from shared.domain.automations.wait_times import person_of, wait_ends_at
from shared.domain.companies.company import Company
from shared.domain.contacts.activity import Tallies
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import ChangedBy
from shared.domain.contacts.contact_edit import edited
from shared.domain.contacts.contact_field import FieldKind
from shared.domain.contacts.judge_contact import OptOuts, judge_of
from shared.domain.errors import NotFound
from shared.domain.fires.planning import FilteredOut, PlannedFailure, Planner
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.automations.change_stepwise import DONE, edit_of
from shared.usecases.campaigns.freeze_content import freeze_content
from shared.usecases.companies.make_links import make_links
from shared.views.activity import read_tallies_of
from shared.views.refusals import Refusals
from shared.views.segments import read_kinds


class TriedStep(Struct, frozen=True, kw_only=True):
    """A step that the contact would do: when, what would come of it, and the text it would get."""

    step_id: str
    kind: str
    at: datetime
    outcome: str
    text: str = ""


class _Facts(Struct, frozen=True, kw_only=True):
    """What steps look at."""

    company: Company
    automation: Automation
    definition: Definition
    kinds: dict[str, FieldKind]
    tallies: Tallies
    opt_outs: OptOuts


async def try_automation(
    runtime: Runtime, company_id: str, automation_id: str, contact_id: str
) -> list[TriedStep]:
    """The steps in their order, as if the contact entered now and nothing else happened to it.

    A wait for an event takes as long as its limit. Raises NotFound, and InvalidInput for what a send step
    lacks.
    """
    automation = await runtime.stores.automations.get(company_id, automation_id)
    contact = (await runtime.stores.contact_shards.contacts(company_id, [contact_id])).get(contact_id)
    if contact is None:
        raise NotFound("contact", contact_id)
    facts = await _facts(runtime, company_id, automation, contact)
    tried, completed, at = list[TriedStep](), list[Completed](), runtime.now()
    while (step := next_step(facts.definition.steps, completed)) is not None:
        one = await _try(runtime, company_id, facts, step, contact, at)
        tried.append(one)
        at = one.at
        completed.append(Completed(step_id=step.id, at=at, outcome=one.outcome))
        if (edit := edit_of(step)) is not None:
            contact = edited(contact, edit, ChangedBy.AUTOMATION, at)
        if isinstance(step, EndStep):
            break
    return tried


async def _facts(runtime: Runtime, company_id: str, automation: Automation, contact: Contact) -> _Facts:
    definition, now = definition_in(automation.draft), runtime.now()
    criteria = [step.criterion for step in every_step(definition.steps) if isinstance(step, IfStep)]
    return _Facts(
        company=await runtime.stores.companies.get(company_id),
        automation=automation,
        definition=definition,
        kinds=await read_kinds(runtime, company_id),
        tallies=await read_tallies_of(runtime, company_id, criteria, [contact], now),
        opt_outs=await Refusals(runtime, company_id, is_needed=bool(criteria)).of([contact]),
    )


async def _try(
    runtime: Runtime, company_id: str, facts: _Facts, step: AutomationStep, contact: Contact, at: datetime
) -> TriedStep:
    made = TriedStep(step_id=step.id, kind=str(step.__struct_config__.tag), at=at, outcome=DONE)
    if isinstance(step, WaitStep):
        ends = wait_ends_at(step.wait, at, person_of(contact, facts.company.time_zone))
        outcome = "limit" if isinstance(step.wait, WaitUntilEvent) else DONE
        return replace(made, at=ends, outcome=outcome)
    if isinstance(step, IfStep):
        judge = judge_of(step.criterion, facts.kinds, at, facts.company.time_zone, facts.tallies)
        return replace(made, outcome=THEN if judge(contact, facts.opt_outs) else OTHERWISE)
    if isinstance(step, SendStep):
        return await _try_send(runtime, company_id, facts, step, contact, made)
    return made


async def _try_send(
    runtime: Runtime, company_id: str, facts: _Facts, step: SendStep, contact: Contact, made: TriedStep
) -> TriedStep:
    """What would be sent; the contact goes on at once, also where the message waits for its window."""
    campaign = campaign_of(facts.automation, facts.definition, step)
    content = await freeze_content(runtime, company_id, campaign)
    links = make_links(runtime, company_id)
    planner = Planner(content, campaign.steps[0], made.at, made.at, made.at, links)
    plan = planner.plan(recipient_of(contact.id, contact, content.field_types))
    if isinstance(plan, PlannedFailure | FilteredOut):
        return replace(made, outcome=f"failed: {plan.reason}")
    if plan.skip is not None:
        return replace(made, outcome=f"skipped: {plan.skip}")
    waits = f", not before {plan.opens_at:%Y-%m-%d %H:%M} UTC" if plan.opens_at > made.at else ""
    return replace(made, outcome=f"sent to {plan.address}{waits}", text=plan.texts.body)
