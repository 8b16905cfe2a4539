"""/v1/contacts/{id}/timeline and /why: one person's page."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from functions.api.contacts import ContactChangeOutput
from functions.api.failures import FailureOutput
from functions.api.kit.authentication import Reader
from functions.api.kit.channel_name import ChannelName
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import ItemId, Listed, Output
from functions.api.messages import MessageOutput
from functions.api.opt_outs import OptOutChangeOutput
from functions.api.replies import ReplyOutput
from shared.domain.errors import InvalidInput
from shared.domain.fires.explanation import Stage, Verdict
from shared.domain.messages.failure import Failure
from shared.domain.messages.message import Message
from shared.domain.messages.reply import Reply
from shared.usecases.fires.explain_person import explain_person
from shared.views import timeline as view
from shared.views.contact_changes import ChangeOfContact
from shared.views.one_person import get_person
from shared.views.timeline_entries import ConsentChange, TimelineEntry, TimelineKind

router = APIRouter(prefix="/v1/contacts", tags=["contacts"], route_class=ApiRoute)

Kinds = Annotated[
    str,
    Query(
        max_length=200,
        description=f"Entries of these kinds only, with commas between: {', '.join(TimelineKind)}.",
    ),
]


class ConsentOutput(OptOutChangeOutput):
    """A refusal, or its end: `is_active` says which. `opt_out_id` is where all that is known of it stands."""

    opt_out_id: str
    channel: ChannelName
    address: str

    @classmethod
    def derived(cls, record: ConsentChange) -> dict[str, object]:
        """What the change says."""
        change = record.change
        return {name: getattr(change, name) for name in OptOutChangeOutput.model_fields}


class TimelineEntryOutput(Output):
    """Something that happened to the person. `kind` is what it mainly is, `kinds` all that it is.

    One of `message`, `failure`, `reply`, `consent` and `change` is what happened; the others are null.
    A message stands where it was queued, and says what became of it. `is_by_address`: it is the person's by
    the address alone, which others may have had.
    """

    id: str
    at: datetime
    kind: TimelineKind
    kinds: tuple[TimelineKind, ...]
    is_by_address: bool
    message: MessageOutput | None
    failure: FailureOutput | None
    reply: ReplyOutput | None
    consent: ConsentOutput | None
    change: ContactChangeOutput | None

    @classmethod
    def derived(cls, record: TimelineEntry) -> dict[str, object]:
        """What happened, under the name of its kind."""
        shown: dict[str, object] = dict.fromkeys(("message", "failure", "reply", "consent", "change"))
        match record.record:
            case Message() as message:
                shown["message"] = MessageOutput.of(message)
            case Failure() as failure:
                shown["failure"] = FailureOutput.of(failure)
            case Reply() as reply:
                shown["reply"] = ReplyOutput.of(reply)
            case ConsentChange() as consent:
                shown["consent"] = ConsentOutput.of(consent)
            case ChangeOfContact() as change:
                shown["change"] = ContactChangeOutput.of(change)
        return shown


class ExplanationOutput(Output):
    """What became of one message, or why there is none: `words` say it, `advice` what to do about it.

    `stage` is how far the person came, `kind` the reason for programs. `at` is when it was sent or will be.
    `duplicate_of` is the message it is the same as.
    """

    verdict: Verdict
    stage: Stage
    kind: str
    words: str
    advice: str
    at: datetime | None
    step_id: str | None
    address: str
    message_id: str | None
    failure_id: str | None
    duplicate_of: str | None


class WhyOutput(Output):
    """What became of a person in a fire of a campaign. Without a fire, why there is none.

    `explanations` are several where somebody has several appointments, or the campaign several steps.
    `notes` say by what it was judged, and what has changed since. `contact_id` is null for who is no contact.
    """

    campaign_id: str
    campaign_name: str
    fire_id: str | None
    fired_at: datetime | None
    contact_id: str | None
    explanations: tuple[ExplanationOutput, ...]
    notes: tuple[str, ...]


@router.get("/{contact_id}/timeline")
async def get_contact_timeline(
    caller: Reader, paging: Page, contact_id: ItemId, kinds: Kinds = ""
) -> Listed[TimelineEntryOutput]:
    """What happened to a contact, newest first; also to one that was deleted.

    That is what carries the contact's id, and what went to one of their addresses or came from there, but
    for what is another contact's who shares it. A page may hold fewer than `limit`: go on while there is a
    `next_cursor`.
    """
    wanted = _kinds(kinds)
    return await list_page(caller, paging, TimelineEntryOutput, view.get_timeline, contact_id, kinds=wanted)


@router.get("/{contact_id}/why")
async def explain_one_contact(
    caller: Reader, contact_id: ItemId, campaign_id: ItemId, fire_id: ItemId | None = None
) -> WhyOutput:
    """Why a contact did not get a campaign's message, or that they did: in its newest fire, or `fire_id`."""
    runtime, company_id = caller.runtime, caller.company_id
    person = await get_person(runtime, company_id, contact_id)
    return WhyOutput.of(await explain_person(runtime, company_id, person, campaign_id, fire_id))


def _kinds(text: str) -> tuple[TimelineKind, ...]:
    """The kinds that are named, in one order. Raises InvalidInput for another word."""
    try:
        return tuple(sorted({TimelineKind(word.strip()) for word in text.split(",") if word.strip()}))
    except ValueError as error:
        reason = f"must be some of {', '.join(TimelineKind)}, with commas between"
        raise InvalidInput.at("kinds", reason) from error
