"""How many people the campaign form's audience is now, while it is chosen."""

from collections.abc import Collection

from starlette.responses import Response

from functions.portal.audience_fields import read_audience
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.text_examples import EVERY_KIND, known_audience
from shared.domain.channels.address_kinds import AddressKind
from shared.domain.companies.api_key import Scope
from shared.domain.errors import Conflict, InvalidInput, NotFound
from shared.usecases.campaigns.read_people import read_people
from shared.views.senders import get_sender

pages = Pages()


@pages.post("/campaigns/audience/count", Scope.READ)
async def count(visit: Visit) -> Response:
    """How many would get it now, and how many are left out: a part of the page. It stores nothing."""
    runtime, company_id = visit.runtime, visit.company_id
    try:
        audience = await read_audience(visit, await known_audience(visit))
        visit.form.check()
        kinds = await _kinds(visit)
        counted = await read_people(runtime, company_id, audience, kinds, runtime.now())
    except InvalidInput as invalid:
        reasons = [one.reason for one in invalid.problems]
        return visit.page("campaigns/audience_count.html", counted=None, reasons=reasons)
    except Conflict as gone:
        return visit.page("campaigns/audience_count.html", counted=None, reasons=[str(gone)])
    return visit.page("campaigns/audience_count.html", counted=counted, reasons=[])


async def _kinds(visit: Visit) -> Collection[AddressKind]:
    """The addresses that the chosen sender writes to."""
    try:
        sender_id = visit.form.item_id("sender_id", is_needed=False) or "-"
        return {(await get_sender(visit.runtime, visit.company_id, sender_id)).channel.record.address}
    except NotFound:
        return EVERY_KIND
