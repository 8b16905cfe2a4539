"""Load what a round of steps needs: the automation as it is, its versions, who is in it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from shared.domain.automations.automation import (
    Automation,
    AutomationVersion,
    Definition,
    definition_in,
    version_id,
)
from shared.domain.automations.bring_up import bring_up, numbers_between
from shared.domain.automations.enrollment import Enrollment
from shared.domain.automations.steps import AutomationStep, FieldStep, IfStep, ListStep, every_step
from shared.domain.automations.wait_times import Person, person_of
from shared.domain.companies.company import Company
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_field import ContactField
from shared.domain.contacts.judge_contact import asks_row
from shared.domain.files.loaded_row import LoadedRow
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.automations.read_loaded_rows import read_loaded_rows
from shared.views.segments import read_fields


class Round(Struct, frozen=True, kw_only=True):
    """An automation, some enrollments for which something is to be done, and their contacts by id.

    `rows` are those that let them in, by their places; `fields` the company's own and `list_ids` those of its
    lists that are there: as far as steps ask for them.
    """

    company: Company
    automation: Automation
    versions: Mapping[int, AutomationVersion]
    enrollments: Mapping[str, Enrollment]
    contacts: Mapping[str, Contact]
    rows: Mapping[str, LoadedRow]
    fields: Mapping[str, ContactField]
    list_ids: Collection[str]
    now: datetime

    def version_of(self, enrollment: Enrollment) -> AutomationVersion:
        """The version that the enrollment goes by: the newest, unless it stays on an older one."""
        return self.versions[enrollment.version or self.automation.version]

    def definition_of(self, enrollment: Enrollment) -> Definition:
        """What the enrollment goes by."""
        return definition_in(self.version_of(enrollment).definition)

    def brought(self, enrollment: Enrollment) -> Enrollment | None:
        """What edits make of the enrollment; None where they do not concern it."""
        contact = self.contacts.get(enrollment.contact_id)
        person = person_of(contact, self.company.time_zone) if contact else None
        after = bring_up(enrollment, self.automation, self.versions, person, self.now)
        return None if replace(after, seen=enrollment.seen) == enrollment else after

    def person(self, enrollment: Enrollment) -> Person:
        """The enrollment's contact, in its time zone. Raises KeyError for one that is gone."""
        contact = self.contacts[enrollment.contact_id]
        return person_of(contact, self.company.time_zone)


async def load_round(
    runtime: Runtime, company_id: str, automation_id: str, enrollment_ids: Iterable[str]
) -> Round | None:
    """What is due of these enrollments now; None when nothing is, or nobody moves on in the automation."""
    stores, now = runtime.stores, runtime.now()
    automation = await stores.automations.find(company_id, automation_id)
    company = await stores.companies.find(company_id)
    if automation is None or not automation.moves or company is None or company.is_being_deleted:
        return None
    found = await stores.automation_enrollments.find_many(company_id, enrollment_ids)
    ready = {key: one for key, one in found.items() if one.is_ready(now)}
    if not ready:
        return None
    numbers = {number for one in ready.values() for number in numbers_between(one, automation)}
    ids = [version_id(automation_id, number) for number in numbers]
    versions = await stores.automation_versions.find_many(company_id, ids)
    contacts = await stores.contact_shards.contacts(company_id, {one.contact_id for one in ready.values()})
    steps = {
        step.id: step for one in versions.values() for step in every_step(definition_in(one.definition).steps)
    }
    standing = [step for one in ready.values() if (step := steps.get(one.step_id))]
    lists = {step.list_id for step in standing if isinstance(step, ListStep)}
    return Round(
        company=company,
        automation=automation,
        versions={one.number: one for one in versions.values()},
        enrollments=ready,
        contacts=contacts,
        rows=await read_loaded_rows(runtime, company_id, _rows_asked(ready.values(), steps)),
        fields=await read_fields(runtime, company_id) if _asks_fields(standing) else {},
        list_ids=frozenset(await stores.contact_lists.find_many(company_id, lists)),
        now=now,
    )


def _rows_asked(enrollments: Iterable[Enrollment], steps: Mapping[str, AutomationStep]) -> set[str]:
    """Where the rows stand that ifs ask for on which somebody stands."""
    ifs = (step for step in steps.values() if isinstance(step, IfStep))
    asking = {step.id for step in ifs if asks_row(step.criterion)}
    return {one.row for one in enrollments if one.row and one.step_id in asking}


def _asks_fields(standing: Iterable[AutomationStep]) -> bool:
    """Whether one of the steps looks at fields, or sets one."""
    return any(isinstance(one, IfStep | FieldStep) for one in standing)
