"""Broadcasts: the list, and one as it stands: its phase, its waves, its pool, and what it waits for."""

from starlette.responses import Response

from functions.portal.audience_words import audience_words
from functions.portal.kit.lists import shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.text_faults import warnings_of
from shared.domain.companies.api_key import Scope
from shared.views.broadcasts import get_broadcast, list_broadcasts

pages = Pages()


@pages.get("/broadcasts", Scope.READ)
async def show_broadcasts(visit: Visit) -> Response:
    """All broadcasts, newest first."""
    return visit.page("broadcasts/list.html", broadcasts=await shown(visit, list_broadcasts))


@pages.get("/broadcasts/{broadcast_id}", Scope.READ)
async def show_broadcast(visit: Visit) -> Response:
    """One broadcast, counted now."""
    live = await get_broadcast(visit.runtime, visit.company_id, visit.path("broadcast_id"))
    one = live.broadcast
    waves = [wave for wave in (one.first, one.second) if wave is not None]
    return visit.page(
        "broadcasts/broadcast.html",
        live=live,
        one=one,
        people=await audience_words(visit, one.audience),
        warnings=await warnings_of(visit, (wave.template_id for wave in waves)),
    )
