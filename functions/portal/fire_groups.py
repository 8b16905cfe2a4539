"""What is decided of many people of a fire at once: queue failed rows again, settle unknown messages."""

from collections import Counter
from collections.abc import Awaitable, Callable

from starlette.responses import Response

from functions.portal.kit.lists import SHOWN
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, RollcallError
from shared.usecases.evidence.settle_message import Settlement, settle_message
from shared.usecases.fires.requeue_failure import requeue_failure
from shared.views.failures import get_failure
from shared.views.fires import get_fire
from shared.views.messages import get_message

pages = Pages()
DONE = {
    Settlement.SENT: "noted as sent",
    Settlement.NOT_SENT: "noted as not sent",
    Settlement.RESEND: "sent again, as other messages",
}


@pages.post("/fires/{fire_id}/failures", Scope.SEND)
async def requeue_chosen(visit: Visit) -> Response:
    """Queue the rows that were ticked again, as they are: what kept them from being sent was mended."""
    fire = await get_fire(visit.runtime, visit.company_id, visit.path("fire_id"))

    async def requeue(failure_id: str) -> None:
        failure = await get_failure(visit.runtime, visit.company_id, failure_id)
        if failure.fire_id != fire.id:
            raise InvalidInput.at("failure_ids", "one is of another fire")
        await requeue_failure(visit.runtime, visit.company_id, failure_id, {})

    where = f"/fires/{fire.id}?state=failed"
    return await _each(visit, "failure_ids", requeue, where, "queued again")


@pages.post("/fires/{fire_id}/unknown", Scope.SEND)
async def settle_chosen(visit: Visit) -> Response:
    """Settle the messages that were ticked: they were sent, were not, or are sent again."""
    fire = await get_fire(visit.runtime, visit.company_id, visit.path("fire_id"))
    decision = visit.form.choice("decision", Settlement)
    visit.form.check()

    async def settle(message_id: str) -> None:
        message = await get_message(visit.runtime, visit.company_id, message_id)
        if message.fire_id != fire.id:
            raise InvalidInput.at("message_ids", "one is of another fire")
        await settle_message(
            visit.runtime, visit.company_id, message_id, decision, by=f"user {visit.user.id}"
        )

    where = f"/fires/{fire.id}?state=unknown"
    return await _each(visit, "message_ids", settle, where, DONE[decision])


async def _each(
    visit: Visit, field: str, act: Callable[[str], Awaitable[None]], where: str, done: str
) -> Response:
    """Do it to each that was ticked, and say to how many; and why not to the others."""
    chosen = list(dict.fromkeys(visit.form.lines(field)))[:SHOWN]
    if not chosen:
        return visit.go(where, refused="Tick those that are meant first.")
    refused: Counter[str] = Counter()
    for item_id in chosen:
        try:
            await act(item_id)
        except RollcallError as error:
            refused[str(error)] += 1
    count = len(chosen) - refused.total()
    said = f"{count} {'is' if count == 1 else 'are'} {done}."
    if not refused:
        return visit.go(where, done=said)
    whys = " ".join(f"{times} not: {why}" for why, times in refused.most_common(3))
    return visit.go(where, refused=f"{said} {whys}")
