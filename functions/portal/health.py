"""Whether the portal answers at all: nothing is read for it."""

from starlette.responses import PlainTextResponse, Response

from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit

pages = Pages()


@pages.get("/health", None)
async def show_health(visit: Visit) -> Response:
    """The least page there is: what others are measured by."""
    return PlainTextResponse("ok")
