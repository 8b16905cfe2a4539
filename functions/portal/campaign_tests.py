"""A test of a campaign or a broadcast: one message, with a real row's or person's values, to oneself."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from msgspec import Struct
from starlette.responses import Response

from functions.portal.contact_named import contact_named
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
from shared.usecases.campaigns.find_example import Example
from shared.usecases.campaigns.send_test import send_test
from shared.usecases.campaigns.send_test_of_broadcast import campaign_of_broadcast, send_test_of_broadcast
from shared.views.campaigns import get_campaign
from shared.views.message_waits import ShownMessage
from shared.views.messages import get_message

pages = Pages()
_UNDER_WAY = (MessageState.QUEUED, MessageState.SENDING)
LAST_ROW = 10_000_000
Send = Callable[..., Awaitable[ShownMessage]]


class Tested(Struct, frozen=True, kw_only=True):
    """What is tested: its texts, where its own page is, and how a test of it is sent."""

    id: str
    campaign: Campaign
    noun: str
    send: Send

    @property
    def here(self) -> str:
        """The page that the test belongs to."""
        return f"/{self.noun}/{self.id}"


@pages.get("/campaigns/{campaign_id}/test", Scope.WRITE)
async def show_test(visit: Visit) -> Response:
    """Which message, whose values, where to; below it what became of the test that was just sent."""
    return await _show(visit, await _campaign(visit))


@pages.post("/campaigns/{campaign_id}/test", Scope.WRITE)
async def send(visit: Visit) -> Response:
    """Send it. Sent twice, it is one."""
    return await _send(visit, await _campaign(visit))


@pages.get("/campaigns/{campaign_id}/test/{message_id}", Scope.WRITE)
async def show_sent(visit: Visit) -> Response:
    """What became of a test, to be put into its page."""
    return await _show_sent(visit, await _campaign(visit))


@pages.get("/broadcasts/{broadcast_id}/test", Scope.WRITE)
async def show_test_of_broadcast(visit: Visit) -> Response:
    """The same of a broadcast's waves."""
    return await _show(visit, await _broadcast(visit))


@pages.post("/broadcasts/{broadcast_id}/test", Scope.WRITE)
async def send_of_broadcast(visit: Visit) -> Response:
    """Send it. Sent twice, it is one."""
    return await _send(visit, await _broadcast(visit))


@pages.get("/broadcasts/{broadcast_id}/test/{message_id}", Scope.WRITE)
async def show_sent_of_broadcast(visit: Visit) -> Response:
    """What became of a test, to be put into its page."""
    return await _show_sent(visit, await _broadcast(visit))


async def _campaign(visit: Visit) -> Tested:
    campaign = await get_campaign(visit.runtime, visit.company_id, visit.path("campaign_id"))
    return Tested(id=campaign.id, campaign=campaign, noun="campaigns", send=send_test)


async def _broadcast(visit: Visit) -> Tested:
    broadcast_id = visit.path("broadcast_id")
    campaign = await campaign_of_broadcast(visit.runtime, visit.company_id, broadcast_id)
    return Tested(id=broadcast_id, campaign=campaign, noun="broadcasts", send=send_test_of_broadcast)


async def _show(visit: Visit, tested: Tested) -> Response:
    sent = await _find(visit, visit.query("message"))
    typed = {"address": sent.address if sent else _own_address(visit, tested.campaign)}
    return _page(visit, tested, typed, {}, sent)


async def _send(visit: Visit, tested: Tested) -> Response:
    form = visit.form
    address, message_id = form.line("address", most=320), form.item_id("id", is_needed=False) or random_id()
    row_number = form.whole("row_number", least=1, most=LAST_ROW)
    step_id = form.one_of("step_id", [step.id for step in tested.campaign.steps]) or None
    person = form.line("person", is_needed=False)
    try:
        form.check()
        contact_id = await contact_named(visit, person) if person and tested.campaign.is_for_people else None
        example = Example(row_number=row_number, contact_id=contact_id)
        sent = await tested.send(
            visit.runtime,
            visit.company_id,
            tested.id,
            address,
            message_id,
            by=f"user {visit.user.id}",
            step_id=step_id,
            example=example,
        )
    except InvalidInput as invalid:
        problems = {problem.field: problem.reason for problem in invalid.problems}
        typed = {name: form.given(name) for name in ("address", "row_number", "step_id", "person")}
        return _page(visit, tested, typed, problems)
    except NotFound:
        raise
    except RollcallError as refused:
        return visit.go(f"{tested.here}/test", refused=str(refused))
    return visit.go(f"{tested.here}/test?message={sent.id}")


async def _show_sent(visit: Visit, tested: Tested) -> Response:
    sent = await _find(visit, visit.path("message_id"))
    if sent is None:
        raise NotFound("test", visit.path("message_id"))
    facts = {"here": tested.here, "sent": sent, "is_under_way": sent.state in _UNDER_WAY}
    return visit.progress("campaigns/tested.html", is_over=False, explain=skip_words, **facts)


def _page(
    visit: Visit,
    tested: Tested,
    typed: dict[str, str],
    problems: dict[str, str],
    sent: ShownMessage | None = None,
) -> Response:
    verified, campaign = visit.company.trial.verified if visit.company.trial else (), tested.campaign
    return visit.page(
        "campaigns/test.html",
        code=422 if problems else 200,
        campaign=campaign,
        here=tested.here,
        home=tested.noun,
        steps=[(step, step_words(step, place)) for place, step in enumerate(campaign.steps)],
        typed={"step_id": "", "row_number": "", "person": ""} | typed,
        problems=problems,
        kinds=sorted({step.channel.record.address.name for step in campaign.steps}),
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
