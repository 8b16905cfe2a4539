"""What an endpoint was told: one webhook with all its tries, and sending again. Admins only."""

from datetime import timedelta

from starlette.responses import Response

from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.errors import RollcallError
from shared.domain.events.raised_events import unpacked
from shared.usecases.webhooks.resend_webhooks import resend_webhook, resend_webhooks
from shared.views.webhooks import find_endpoint, get_delivery, get_endpoint

pages = Pages()
HERE = "/settings/webhooks"
MOST_DAYS = 30  # so long the log is kept


@pages.get(f"{HERE}/sent/{{delivery_id}}", Scope.ADMIN)
async def show_webhook(visit: Visit) -> Response:
    """One webhook: what it tells, and each try with its answer."""
    delivery = await get_delivery(visit.runtime, visit.company_id, visit.path("delivery_id"))
    endpoint = await find_endpoint(visit.runtime, visit.company_id, delivery.endpoint_id)
    return visit.page(
        "webhooks/sent.html", delivery=delivery, endpoint=endpoint, events=unpacked(delivery.events)
    )


@pages.post(f"{HERE}/sent/{{delivery_id}}/resend", Scope.ADMIN)
async def resend_one_webhook(visit: Visit) -> Response:
    """Send it once more, whatever became of it."""
    here = f"{HERE}/sent/{visit.path('delivery_id')}"
    try:
        await resend_webhook(visit.runtime, visit.company_id, visit.path("delivery_id"))
    except RollcallError as refused:
        return visit.go(here, refused=str(refused))
    return visit.go(here, done="It is on its way again, with the same id.")


@pages.post(f"{HERE}/{{endpoint_id}}/resend", Scope.ADMIN)
async def resend_what_failed(visit: Visit) -> Response:
    """Send again what failed of the last days."""
    endpoint = await get_endpoint(visit.runtime, visit.company_id, visit.path("endpoint_id"))
    here, days = f"{HERE}/{endpoint.id}", visit.form.whole("days", most=MOST_DAYS, least=1)
    since = visit.runtime.now() - timedelta(days=days or MOST_DAYS)
    try:
        visit.form.check()
        count = await resend_webhooks(visit.runtime, visit.company_id, endpoint.id, since)
    except RollcallError as refused:
        return visit.go(here, refused=str(refused))
    if not count:
        return visit.go(here, done="None has failed in that time.")
    return visit.go(here, done=f"{count:,} {'is' if count == 1 else 'are'} on the way again.")
