"""What something done with a campaign comes to, in numbers, before it is done. To look changes nothing."""

from starlette.responses import Response

from functions.portal.campaigns import file_of
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.fires.preview import Preview
from shared.views.campaigns import get_campaign_status
from shared.views.previews import get_preview

pages = Pages()


@pages.get("/campaigns/{campaign_id}/fire", Scope.SEND)
async def ask_fire(visit: Visit) -> Response:
    """How many get it."""
    return await _ask(visit, "fire", await preview_of(visit, visit.query("preview")))


@pages.get("/campaigns/{campaign_id}/approve", Scope.SEND)
async def ask_approve(visit: Visit) -> Response:
    """Whom it goes to, and when, once it is approved."""
    return await _ask(visit, "approve")


@pages.get("/campaigns/{campaign_id}/pause", Scope.SEND)
async def ask_pause(visit: Visit) -> Response:
    """How many wait, and how many had it."""
    return await _ask(visit, "pause")


@pages.get("/campaigns/{campaign_id}/resume", Scope.SEND)
async def ask_resume(visit: Visit) -> Response:
    """How many get it from then on."""
    return await _ask(visit, "resume")


@pages.get("/campaigns/{campaign_id}/cancel", Scope.SEND)
async def ask_cancel(visit: Visit) -> Response:
    """How many would not get it any more."""
    return await _ask(visit, "cancel")


@pages.get("/campaigns/{campaign_id}/reopen", Scope.SEND)
async def ask_reopen(visit: Visit) -> Response:
    """How many do not get it at its time, and what is to be done again."""
    return await _ask(visit, "reopen")


async def preview_of(visit: Visit, preview_id: str) -> Preview | None:
    """The preview of this id; None for none. Raises NotFound."""
    return await get_preview(visit.runtime, visit.company_id, preview_id) if preview_id else None


async def _ask(visit: Visit, what: str, preview: Preview | None = None) -> Response:
    """The page that asks whether to do it. `count`: for how many it is; None where a fire finds that out."""
    status = await get_campaign_status(visit.runtime, visit.company_id, visit.path("campaign_id"))
    campaign = status.campaign
    file, approval = await file_of(visit, campaign), campaign.approval
    return visit.page(
        f"campaigns/{what}.html",
        campaign=campaign,
        status=status,
        preview=preview if preview and preview.content_hash == campaign.content_hash else None,
        file=file,
        count=file.row_count if file else approval.recipients if approval else None,
    )
