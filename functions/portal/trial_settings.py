"""A company in trial: the addresses it may send to, and the codes by which more are verified."""

from starlette.responses import Response

from functions.portal.kit.lists import every
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.channels.channel import channel_at
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, RollcallError
from shared.usecases.answers.send_trial_code import send_trial_code
from shared.usecases.companies.enter_trial_code import enter_trial_code
from shared.usecases.companies.remove_verified import remove_verified
from shared.views.senders import list_senders

pages = Pages()
HERE = "/settings/trial"


@pages.get(HERE, Scope.ADMIN)
async def show_trial(visit: Visit) -> Response:
    """Who is verified, and who has a code."""
    return await _page(visit, {})


@pages.post(HERE, Scope.ADMIN)
async def send_code(visit: Visit) -> Response:
    """Send a code to an address."""
    form = visit.form
    sender_id, address = form.line("sender_id"), form.line("address", most=320)
    try:
        form.check()
        sent = await send_trial_code(visit.runtime, visit.company_id, sender_id, address)
    except InvalidInput as invalid:
        return await _page(visit, {problem.field: problem.reason for problem in invalid.problems})
    except RollcallError as refused:
        return visit.go(HERE, refused=str(refused))
    return visit.go(HERE, done=f"A code is on its way to {sent.address}.")


@pages.post(f"{HERE}/verify", Scope.ADMIN)
async def enter_code(visit: Visit) -> Response:
    """Enter the code that an address received."""
    form = visit.form
    channel, address = form.line("channel"), form.line("address", most=320)
    code = form.line("code", most=20)
    by = f"user {visit.user.id}"
    try:
        form.check()
        on = channel_at("channel", channel)
        await enter_trial_code(visit.runtime, visit.company_id, on, address, code, by=by)
    except InvalidInput as invalid:
        said = invalid.problems[0]
        return visit.go(HERE, refused=f"The {said.field} {said.reason}")
    except RollcallError as refused:
        return visit.go(HERE, refused=str(refused))
    return visit.go(HERE, done=f"{address} is verified: messages go there.")


@pages.post(f"{HERE}/remove", Scope.ADMIN)
async def remove_address(visit: Visit) -> Response:
    """Send nothing more to a verified address."""
    address = visit.form.line("address", most=320)
    try:
        visit.form.check()
        await remove_verified(visit.runtime, visit.company_id, address)
    except InvalidInput as invalid:
        return visit.go(HERE, refused=f"The {invalid.problems[0].field} {invalid.problems[0].reason}.")
    except RollcallError as refused:
        return visit.go(HERE, refused=str(refused))
    return visit.go(HERE, done=f"{address} is taken away: nothing more goes there.")


async def _page(visit: Visit, problems: dict[str, str]) -> Response:
    trial = visit.company.trial
    senders = [
        one for one in await every(visit, list_senders) if one.channel.record.conversation_hours is None
    ]
    return visit.page(
        "trial_settings/settings.html",
        code=422 if problems else 200,
        trial=trial,
        waiting=visit.company.trial_codes.waiting(visit.runtime.now()),
        senders=senders,
        problems=problems,
        typed={name: visit.form.given(name) if problems else "" for name in ("sender_id", "address")},
    )
