"""A test of a campaign: one of its messages, with a real row's values, to an address of who is signed in."""

from contextlib import suppress

from starlette.responses import Response

from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.schedule_words import step_words
from shared.domain.campaigns.campaign import Campaign
from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, NotFound, RollcallError
from shared.domain.fires.standing import TEST_CAMPAIGN
from shared.domain.ids import random_id
from shared.domain.messages.message import MessageState
from shared.domain.messages.skipping import skip_words
from shared.usecases.campaigns.send_test import send_test
from shared.views.campaigns import get_campaign
from shared.views.message_waits import ShownMessage
from shared.views.messages import get_message

pages = Pages()
_UNDER_WAY = (MessageState.QUEUED, MessageState.SENDING)
LAST_ROW = 10_000_000


@pages.get("/campaigns/{campaign_id}/test", Scope.WRITE)
async def show_test(visit: Visit) -> Response:
    """Which message, whose values, where to; below it what became of the test that was just sent."""
    campaign = await get_campaign(visit.runtime, visit.company_id, visit.path("campaign_id"))
    sent = await _find(visit, visit.query("message"))
    typed = {"address": sent.address if sent else _own_address(visit, campaign), "row_number": ""}
    return _page(visit, campaign, typed, {}, sent)


@pages.post("/campaigns/{campaign_id}/test", Scope.WRITE)
async def send(visit: Visit) -> Response:
    """Send it. Sent twice, it is one."""
    form, campaign_id = visit.form, visit.path("campaign_id")
    campaign = await get_campaign(visit.runtime, visit.company_id, campaign_id)
    address, message_id = form.line("address", most=320), form.item_id("id", is_needed=False) or random_id()
    row_number = form.whole("row_number", least=1, most=LAST_ROW)
    step_id = form.one_of("step_id", [step.id for step in campaign.steps]) or None
    try:
        form.check()
        sent = await send_test(
            visit.runtime,
            visit.company_id,
            campaign_id,
            address,
            message_id,
            by=f"user {visit.user.id}",
            step_id=step_id,
            row_number=row_number,
        )
    except InvalidInput as invalid:
        problems = {problem.field: problem.reason for problem in invalid.problems}
        typed = {name: form.given(name) for name in ("address", "row_number", "step_id")}
        return _page(visit, campaign, typed, problems)
    except NotFound:
        raise
    except RollcallError as refused:
        return visit.go(f"/campaigns/{campaign_id}/test", refused=str(refused))
    return visit.go(f"/campaigns/{campaign_id}/test?message={sent.id}")


@pages.get("/campaigns/{campaign_id}/test/{message_id}", Scope.WRITE)
async def show_sent(visit: Visit) -> Response:
    """What became of a test, to be put into its page."""
    campaign = await get_campaign(visit.runtime, visit.company_id, visit.path("campaign_id"))
    sent = await _find(visit, visit.path("message_id"))
    if sent is None:
        raise NotFound("test", visit.path("message_id"))
    facts = {"campaign": campaign, "sent": sent, "is_under_way": sent.state in _UNDER_WAY}
    return visit.progress("campaigns/tested.html", is_over=False, explain=skip_words, **facts)


def _page(
    visit: Visit,
    campaign: Campaign,
    typed: dict[str, str],
    problems: dict[str, str],
    sent: ShownMessage | None = None,
) -> Response:
    verified = visit.company.trial.verified if visit.company.trial else ()
    return visit.page(
        "campaigns/test.html",
        code=422 if problems else 200,
        campaign=campaign,
        steps=[(step, step_words(step, place)) for place, step in enumerate(campaign.steps)],
        typed={"step_id": ""} | typed,
        problems=problems,
        known=[visit.user.email, *(one.address for one in verified)],
        sent=sent,
        is_under_way=sent is not None and sent.state in _UNDER_WAY,
        explain=skip_words,
        new_id=random_id(),
    )


def _own_address(visit: Visit, campaign: Campaign) -> str:
    """The user's mailbox, where the first step goes to mailboxes."""
    for step in campaign.steps[:1]:
        with suppress(AddressInvalid):
            return step.channel.record.address.normalize(visit.user.email, visit.company.default_region)
    return ""


async def _find(visit: Visit, message_id: str) -> ShownMessage | None:
    """A test of the company's; None for what is none."""
    if not message_id:
        return None
    try:
        found = await get_message(visit.runtime, visit.company_id, message_id)
    except NotFound:
        return None
    return found if found.campaign_id == TEST_CAMPAIGN else None
