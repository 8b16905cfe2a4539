"""Show the emails of a sequence as one contact would get them. Nothing is stored or sent."""

from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec import Struct

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_field import ContactField
from shared.domain.contacts.contact_source import values_of
from shared.domain.errors import Conflict, NotFound
from shared.domain.fires.planning import PlannedMessage, Planner
from shared.domain.fires.recipient import Recipient
from shared.domain.sequences.hours import Days, Hours
from shared.domain.sequences.sequence import Sequence, SequenceStep
from shared.domain.sequences.sequence_content import THREAD_SUBJECT
from shared.runtime import Runtime
from shared.usecases.companies.make_links import make_links
from shared.usecases.sequences.read_content import SequenceWithContent, read_content
from shared.views.segments import read_fields


class PreviewedStep(Struct, frozen=True, kw_only=True):
    """An email as the contact would get it, at `at` at the earliest; `problem` says why it could not."""

    step_id: str
    position: int
    at: datetime
    subject: str = ""
    body: str = ""
    html: str = ""
    problem: str = ""


async def preview_steps(
    runtime: Runtime, company_id: str, sequence: Sequence, contact_id: str
) -> list[PreviewedStep]:
    """All steps of the sequence, as it is given, in their order.

    It is as if the contact came in now and mailboxes had room at once. Raises NotFound, TemplateInvalid, and
    Conflict for a sequence without mailboxes.
    """
    if not sequence.mailbox_ids:
        raise Conflict("The sequence has no mailbox yet. Give it one: its emails are made with that.")
    contact = (await runtime.stores.contact_shards.contacts(company_id, [contact_id])).get(contact_id)
    if contact is None:
        raise NotFound("contact", contact_id)
    known = await read_content(runtime, company_id, sequence)
    fields = await read_fields(runtime, company_id)
    at, subject, shown = runtime.now(), "", list[PreviewedStep]()
    for step in sequence.steps:
        at = _due(sequence, step, at, contact) if shown else at
        recipient = _recipient(contact, fields, subject)
        shown.append(_previewed(runtime, company_id, known, step, recipient, at))
        at, subject = shown[-1].at, subject or shown[-1].subject
    return shown


def _due(sequence: Sequence, step: SequenceStep, sent_at: datetime, contact: Contact) -> datetime:
    zone = sequence.zone_of(contact.time_zone or "")
    since = int(sent_at.timestamp())
    hours = Hours(sequence.window, zone, Days(zone), since)
    return datetime.fromtimestamp(hours.due_after(since, max(1, step.wait_days)), UTC)


def _recipient(contact: Contact, fields: Mapping[str, ContactField], subject: str) -> Recipient:
    own = {THREAD_SUBJECT: subject} if subject else {}
    return Recipient(
        key=contact.id,
        values={**values_of(contact, fields), **own},
        contact_id=contact.id,
        time_zone=contact.time_zone or "",
    )


def _previewed(
    runtime: Runtime,
    company_id: str,
    known: SequenceWithContent,
    step: SequenceStep,
    recipient: Recipient,
    at: datetime,
) -> PreviewedStep:
    content = known.content
    planner = Planner(content, content.step(step.id), at, links=make_links(runtime, company_id))
    made = planner.plan(recipient)
    if not isinstance(made, PlannedMessage):
        return PreviewedStep(step_id=step.id, position=step.position, at=at, problem=made.reason)
    return PreviewedStep(
        step_id=step.id,
        position=step.position,
        at=made.opens_at,
        subject=made.texts.subject,
        body=made.texts.body,
        html=made.texts.html,
    )
