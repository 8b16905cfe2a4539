"""What pausing a sender stops, and going on lets out, in numbers, before it is done."""

import asyncio

from starlette.responses import Response

from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.views.sender_use import LOOKED_AT, MOST_COUNTED, get_sender_use
from shared.views.senders import get_sender

pages = Pages()
SENDER = "/settings/senders/{sender_id}"


@pages.get(f"{SENDER}/pause", Scope.ADMIN)
async def ask_pause_sender(visit: Visit) -> Response:
    """How much waits then, and who sends from it."""
    return await _ask(visit, "pause")


@pages.get(f"{SENDER}/resume", Scope.ADMIN)
async def ask_resume_sender(visit: Visit) -> Response:
    """How much goes out then, and who sends from it."""
    return await _ask(visit, "resume")


async def _ask(visit: Visit, what: str) -> Response:
    runtime, company_id, sender_id = visit.runtime, visit.company_id, visit.path("sender_id")
    sender, use = await asyncio.gather(
        get_sender(runtime, company_id, sender_id), get_sender_use(runtime, company_id, sender_id)
    )
    return visit.page(
        f"senders/{what}.html",
        sender=sender,
        use=use,
        most=MOST_COUNTED,
        looked_at=LOOKED_AT,
    )
