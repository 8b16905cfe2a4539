"""What is done with a campaign. What each comes to is said first (campaign_effects.py)."""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.responses import Response

from functions.portal.campaign_effects import preview_of
from functions.portal.kit.forms import NAME_CHARACTERS
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.errors import RollcallError
from shared.domain.ids import random_id
from shared.runtime import Runtime
from shared.usecases.campaigns.approve_campaign import approve_campaign
from shared.usecases.campaigns.cancel_campaign import cancel_campaign
from shared.usecases.campaigns.duplicate_campaign import duplicate_campaign
from shared.usecases.campaigns.mark_ready import mark_ready
from shared.usecases.campaigns.pause_campaign import pause_campaign
from shared.usecases.campaigns.reopen_campaign import reopen_campaign
from shared.usecases.campaigns.resume_campaign import resume_campaign
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.fires.fire_campaign import fire_campaign
from shared.views.campaigns import get_campaign

pages = Pages()
Action = Callable[[Runtime, str, str], Awaitable[object]]


@pages.post("/campaigns/{campaign_id}/preview", Scope.WRITE)
async def begin_preview(visit: Visit) -> Response:
    """Begin to look at every row, and on to what is found."""
    campaign_id = visit.path("campaign_id")
    try:
        preview = await start_preview(visit.runtime, visit.company_id, campaign_id)
    except RollcallError as refused:
        return visit.go(f"/campaigns/{campaign_id}", refused=str(refused))
    return visit.go(f"/previews/{preview.id}")


@pages.post("/campaigns/{campaign_id}/ready", Scope.SEND)
async def ready(visit: Visit) -> Response:
    """Freeze what was previewed. One without a schedule can then be sent."""
    campaign_id, preview = visit.path("campaign_id"), await preview_of(visit, visit.form.given("preview_id"))
    try:
        campaign = await mark_ready(
            visit.runtime,
            visit.company_id,
            campaign_id,
            preview.content_hash if preview else None,
            by=_by(visit),
        )
    except RollcallError as refused:
        where = f"/previews/{preview.id}" if preview else f"/campaigns/{campaign_id}"
        return visit.go(where, refused=str(refused))
    if campaign.approval is not None and campaign.approval.is_waiting:
        said = "The campaign is ready. Another approver or admin must approve it before anything is sent."
        return visit.go(f"/campaigns/{campaign_id}", done=said)
    if campaign.next_fire_at is not None:
        return visit.go(f"/campaigns/{campaign_id}", done="The campaign is ready, and is sent at its time.")
    asked = f"?preview={preview.id}" if preview else ""
    return visit.go(
        f"/campaigns/{campaign_id}/fire{asked}", done="The campaign is ready: nothing of it changes now."
    )


@pages.post("/campaigns/{campaign_id}/approve", Scope.SEND)
async def approve(visit: Visit) -> Response:
    """Approve what somebody else made ready."""
    approving = partial(approve_campaign, by=_by(visit))
    return await _done(visit, approving, "The campaign is approved, and may be sent.")


@pages.post("/campaigns/{campaign_id}/fire", Scope.SEND)
async def fire(visit: Visit) -> Response:
    """Send it."""
    return await _done(visit, fire_campaign, "It is being sent. This page shows how far it is.")


@pages.post("/campaigns/{campaign_id}/cancel", Scope.SEND)
async def cancel(visit: Visit) -> Response:
    """End it for good."""
    return await _done(
        visit, cancel_campaign, "The campaign is cancelled: what had not gone out will not go."
    )


@pages.post("/campaigns/{campaign_id}/duplicate", Scope.WRITE)
async def duplicate(visit: Visit) -> Response:
    """A draft like it, with texts of its own. Sent twice, it is one."""
    campaign_id, new_id = visit.path("campaign_id"), visit.form.item_id("id", is_needed=False) or random_id()
    visit.form.check()
    try:
        known = await get_campaign(visit.runtime, visit.company_id, campaign_id)
        name = f"Copy of {known.name}"[:NAME_CHARACTERS]
        made = await duplicate_campaign(visit.runtime, visit.company_id, campaign_id, new_id, name)
    except RollcallError as refused:
        return visit.go(f"/campaigns/{campaign_id}", refused=str(refused))
    return visit.go(f"/campaigns/{made.id}", done="This is the copy: a draft, with a text of its own.")


@pages.post("/campaigns/{campaign_id}/pause", Scope.SEND)
async def pause(visit: Visit) -> Response:
    """Stop where it is."""
    return await _done(
        visit, pause_campaign, "The campaign is paused. What was being sent this moment still goes."
    )


@pages.post("/campaigns/{campaign_id}/resume", Scope.SEND)
async def resume(visit: Visit) -> Response:
    """Go on."""
    return await _done(visit, resume_campaign, "The campaign goes on where it was paused.")


@pages.post("/campaigns/{campaign_id}/reopen", Scope.SEND)
async def reopen(visit: Visit) -> Response:
    """Make it a draft again."""
    return await _done(visit, reopen_campaign, "The campaign is a draft again, and can be changed.")


def _by(visit: Visit) -> str:
    return f"user {visit.user.id}"


async def _done(visit: Visit, action: Action, done: str) -> Response:
    campaign_id = visit.path("campaign_id")
    try:
        await action(visit.runtime, visit.company_id, campaign_id)
    except RollcallError as refused:
        return visit.go(f"/campaigns/{campaign_id}", refused=str(refused))
    return visit.go(f"/campaigns/{campaign_id}", done=done)
