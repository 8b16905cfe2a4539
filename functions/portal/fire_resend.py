"""Sending what did not arrive again: to whom, by why it did not, with the effect in numbers first."""

from collections import Counter

from starlette.responses import Response

from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.errors import NotFound, RollcallError
from shared.domain.fires.group_resend import GroupResend, GroupResendState
from shared.domain.fires.resending import LeftOut
from shared.usecases.fires.foresee_resend import MOST_LOOKED_AT, foresee_resend
from shared.usecases.fires.start_resend import start_resend
from shared.views.fires import get_fire, get_resend

pages = Pages()
WHY_NOT = {  # after a number, be it one
    LeftOut.SENT_AGAIN: "got it again already",
    LeftOut.ANSWERED: "answered, so it reached them",
    LeftOut.REACHED: "got it by a later step, over another way",
    LeftOut.OPTED_OUT: "opted out since",
    LeftOut.ADDRESS_GONE: "cannot be reached: nothing arrives at their address, and there is no other",
    LeftOut.EXPIRED: "would get it too late: it is of no use any more",
    LeftOut.WITHDRAWN: "had the appointment cancelled or moved by a later file",
    LeftOut.NOT_VERIFIED: "would need a verified address, as your company is in trial",
    LeftOut.FORGOTTEN: "asked to be deleted",
    LeftOut.CORRECTED: "got corrected or settled in another way",
}


@pages.get("/fires/{fire_id}/resend", Scope.SEND)
async def ask_resend(visit: Visit) -> Response:
    """The reasons to choose from; for those that are chosen, who gets it and who does not."""
    effect = await foresee_resend(visit.runtime, visit.company_id, visit.path("fire_id"))
    offered = [*(group.reason for group in effect.groups), *effect.rarer]
    chosen = [reason for reason in offered if reason in visit.queries("reason")]
    again, left_out = effect.of(chosen)
    return visit.page(
        "fires/resend.html",
        fire=effect.fire,
        effect=effect,
        chosen=chosen,
        count=len(again),
        left_out=[(count, WHY_NOT[why]) for why, count in left_out.most_common()],
        most=MOST_LOOKED_AT,
    )


@pages.post("/fires/{fire_id}/resend", Scope.SEND)
async def resend(visit: Visit) -> Response:
    """Send it again to those that were chosen. Sent twice, it does nothing more."""
    fire = await get_fire(visit.runtime, visit.company_id, visit.path("fire_id"))
    reasons = visit.form.lines("reasons")[:100]
    try:
        resend = await start_resend(
            visit.runtime, visit.company_id, fire.id, reasons, by=f"user {visit.user.id}"
        )
    except NotFound:
        raise
    except RollcallError as refused:
        return visit.go(f"/fires/{fire.id}/resend", refused=str(refused))
    if resend.state is GroupResendState.WAITING:
        return visit.go(f"/fires/{fire.id}/resends/{resend.id}")
    if not resend.count:
        return visit.go(f"/fires/{fire.id}", refused="Nobody is left to whom it could be sent again.")
    said = "1 person gets it again." if resend.count == 1 else f"{resend.count:,} people get it again."
    return visit.go(f"/fires/{fire.id}", done=said)


@pages.get("/fires/{fire_id}/resends/{resend_id}", Scope.READ)
async def show_resend(visit: Visit) -> Response:
    """How far it came, and what became of everybody."""
    resend = await _resend(visit)
    return visit.page("fires/resend_page.html", resend=resend, left_out=_left_out(resend))


@pages.get("/fires/{fire_id}/resends/{resend_id}/progress", Scope.READ)
async def show_resend_progress(visit: Visit) -> Response:
    """The part of that page that moves."""
    resend = await _resend(visit)
    is_over = resend.state is not GroupResendState.WAITING
    return visit.progress(
        "fires/resend_progress.html", is_over=is_over, resend=resend, left_out=_left_out(resend)
    )


async def _resend(visit: Visit) -> GroupResend:
    return await get_resend(visit.runtime, visit.company_id, visit.path("fire_id"), visit.path("resend_id"))


def _left_out(resend: GroupResend) -> list[tuple[int, str]]:
    counts = Counter(resend.left_out)
    return [(count, WHY_NOT[LeftOut(why)]) for why, count in counts.most_common()]
