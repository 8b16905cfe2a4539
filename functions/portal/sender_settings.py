"""Senders: the numbers and mailboxes that messages come from. Admins only."""

from starlette.responses import Response

from functions.portal.kit.lists import every
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.channels.channel import Channel, all_channels
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, RollcallError
from shared.domain.ids import random_id
from shared.domain.senders.day_left import MOST_A_DAY
from shared.domain.senders.sender import Provider, Sender
from shared.usecases.senders.add_sender import add_sender
from shared.usecases.senders.change_sender import change_sender
from shared.usecases.senders.inspect_sender import SenderState, inspect_sender
from shared.usecases.senders.set_credentials import set_credentials
from shared.usecases.sending.pause_sender import pause_by_hand
from shared.usecases.sending.resume_sender import resume_sender
from shared.views.credentials import show_credentials
from shared.views.providers import addresses_to_set, carriers, credential_fields, provider_names
from shared.views.senders import get_sender, list_senders

pages = Pages()
HERE = "/settings/senders"
ADDED_TO_DO = "One thing is left: what stands under “So that answers come in”."
_TYPED = ("channel", "provider", "address", "name", "rate", "reply_to")


@pages.get(HERE, Scope.ADMIN)
async def show_senders(visit: Visit) -> Response:
    """All senders."""
    return visit.page("senders/list.html", senders=await every(visit, list_senders))


@pages.get(f"{HERE}/new", Scope.ADMIN)
async def new_sender(visit: Visit) -> Response:
    """The form for another one, of the channel and provider that were chosen."""
    return _form(visit, {})


@pages.post(HERE, Scope.ADMIN)
async def add_one_sender(visit: Visit) -> Response:
    """Add it, once its provider has said that it can send."""
    form = visit.form
    name = form.one_of("provider", provider_names())
    channel = form.one_of("channel", all_channels())
    if not name or not channel:
        form.wrong("provider", "choose one")
    rate = form.decimal("rate")
    try:
        form.check()
        sender = Sender(
            id=random_id(),
            channel=Channel(channel),
            provider=Provider(name),
            address=form.line("address", most=320),
            name=form.line("name", is_needed=False, most=100),
            rate_per_second=1.0 if rate is None else rate,
            created_at=visit.runtime.now(),
            reply_to=form.line("reply_to", is_needed=False, most=320) or None,
        )
        form.check()
        added = await add_sender(visit.runtime, visit.company_id, sender, _credentials(visit, name))
    except InvalidInput as invalid:
        return _form(visit, {_place(one.field): one.reason for one in invalid.problems})
    except RollcallError as refused:
        return _form(visit, {"address": str(refused)})
    return visit.go(f"{HERE}/{added.id}", done=f"{added.address} is added, and can send. {ADDED_TO_DO}")


@pages.get(f"{HERE}/{{sender_id}}", Scope.ADMIN)
async def show_sender(visit: Visit) -> Response:
    """One sender: how it is set, and what may be done with it."""
    return await _page(visit, {})


@pages.post(f"{HERE}/{{sender_id}}", Scope.ADMIN)
async def change_one_sender(visit: Visit) -> Response:
    """Change its name, its pace, where answers go, and what it answers by itself."""
    form, sender_id = visit.form, visit.path("sender_id")
    changes: dict[str, object] = {"name": form.line("name", is_needed=False, most=100)}
    rate = form.decimal("rate")
    if rate is not None:
        changes["rate_per_second"] = rate
    if "capacity" in form:
        changes["daily_capacity"] = form.whole("capacity", most=MOST_A_DAY, least=1)
    if "reply_to" in form:
        changes["reply_to"] = form.line("reply_to", is_needed=False, most=320) or None
    for field in ("help_text", "opt_out_text"):
        changes[field] = form.text(field, is_needed=False)
    changes["stand_in_id"] = form.item_id("stand_in_id", is_needed=False) or None
    try:
        form.check()
        await change_sender(visit.runtime, visit.company_id, sender_id, changes)
    except InvalidInput as invalid:
        return await _page(visit, {_place(one.field): one.reason for one in invalid.problems})
    return visit.go(f"{HERE}/{sender_id}", done="The sender is changed.")


@pages.post(f"{HERE}/{{sender_id}}/check", Scope.ADMIN)
async def check_one_sender(visit: Visit) -> Response:
    """Ask its provider how it is."""
    try:
        state = await inspect_sender(visit.runtime, visit.company_id, visit.path("sender_id"))
    except RollcallError as refused:
        return visit.go(f"{HERE}/{visit.path('sender_id')}", refused=str(refused))
    return await _page(visit, {}, state)


@pages.post(f"{HERE}/{{sender_id}}/pause", Scope.ADMIN)
async def pause_one_sender(visit: Visit) -> Response:
    """Send nothing from it for now."""
    sender = await pause_by_hand(visit.runtime, visit.company_id, visit.path("sender_id"), visit.by)
    return visit.go(f"{HERE}/{sender.id}", done="Nothing more is sent from it. What is to go out waits.")


@pages.post(f"{HERE}/{{sender_id}}/resume", Scope.ADMIN)
async def resume_one_sender(visit: Visit) -> Response:
    """Send from it again, if its provider lets it."""
    sender_id = visit.path("sender_id")
    try:
        await resume_sender(visit.runtime, visit.company_id, sender_id)
    except RollcallError as refused:
        return visit.go(f"{HERE}/{sender_id}", refused=str(refused))
    return visit.go(f"{HERE}/{sender_id}", done="It sends again, what waited first.")


@pages.post(f"{HERE}/{{sender_id}}/credentials", Scope.ADMIN)
async def replace_credentials(visit: Visit) -> Response:
    """Have it sign in with others, which its provider has to take first."""
    sender_id = visit.path("sender_id")
    sender = await get_sender(visit.runtime, visit.company_id, sender_id)
    fields = _credentials(visit, sender.provider)
    try:
        await set_credentials(visit.runtime, visit.company_id, sender_id, fields)
    except InvalidInput as invalid:
        places = {one.field: f"credentials.{one.field}" for one in invalid.problems if one.field != "body"}
        return await _page(
            visit, {places.get(one.field, "credentials"): one.reason for one in invalid.problems}
        )
    except RollcallError as refused:
        return visit.go(f"{HERE}/{sender_id}", refused=str(refused))
    return visit.go(f"{HERE}/{sender_id}", done="It signs in with these from now on.")


def _credentials(visit: Visit, provider: str) -> dict[str, object]:
    """What was typed of the provider's fields; what was left empty is not given."""
    typed = {name: visit.form.given(f"credentials.{name}").strip() for name in credential_fields()[provider]}
    return {name: value for name, value in typed.items() if value}


def _place(field: str) -> str:
    return {"rate_per_second": "rate", "daily_capacity": "capacity"}.get(field, field)


def _form(visit: Visit, problems: dict[str, str]) -> Response:
    known = carriers()
    asked = visit.form if problems else None
    channel = asked.given("channel") if asked else visit.query("channel")
    channel = channel if channel in known else next(iter(known))
    provider = asked.given("provider") if asked else visit.query("provider")
    provider = provider if provider in known[channel] else known[channel][0]
    typed = {name: visit.form.given(name) for name in _TYPED} | {"channel": channel, "provider": provider}
    return visit.page(
        "senders/new.html",
        code=422 if problems else 200,
        carriers=known,
        nouns={name: Channel(name).record.noun for name in known},
        channel=Channel(channel),
        fields=credential_fields()[provider],
        typed=typed,
        problems=problems,
    )


async def _page(visit: Visit, problems: dict[str, str], state: SenderState | None = None) -> Response:
    runtime, sender_id = visit.runtime, visit.path("sender_id")
    sender = await get_sender(runtime, visit.company_id, sender_id)
    names = ("name", "rate", "capacity", "reply_to", "help_text", "opt_out_text", "stand_in_id")
    kept = {
        **{name: getattr(sender, name) or "" for name in names if name not in ("rate", "capacity")},
        "rate": f"{sender.rate_per_second:g}",
        "capacity": str(sender.daily_capacity or ""),
    }
    is_change = bool(problems) and "rate" in visit.form
    return visit.page(
        "senders/sender.html",
        code=422 if problems else 200,
        sender=sender,
        state=state,
        credentials=await show_credentials(runtime, visit.company_id, sender_id),
        fields=credential_fields()[sender.provider],
        addresses=addresses_to_set(runtime.settings.public_url, visit.company_id, sender),
        others=[
            one
            for one in await every(visit, list_senders)
            if one.channel == sender.channel and one.id != sender.id
        ],
        typed={name: visit.form.given(name) for name in names} if is_change else kept,
        problems=problems,
    )
