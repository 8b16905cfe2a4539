"""The list of what people wrote: what waits, what is one's own, or all; of one campaign, or of all."""

import asyncio
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from functions.portal.kit.lists import Shown, shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.companies.api_key import Scope
from shared.domain.messages.reply import Reply
from shared.domain.replies.asked import Flag, ReplyMeaning
from shared.views.contacts import find_contacts
from shared.views.kit.paging import PageAsked
from shared.views.names import newest_campaigns, user_names
from shared.views.replies import list_replies
from shared.views.threads import read_asked

pages = Pages()
MOST_URGENT = 50
SHOWS = {"waiting": "Wait for a person", "mine": "Mine", "all": "All"}


@pages.get("/inbox", Scope.READ)
async def show_inbox(visit: Visit) -> Response:
    """The replies that wait for a person, those that are one's own, or all. What is urgent stands on top.

    Of one campaign, of one fire or of one meaning, where the address says so.
    """
    show = visit.query("show") if visit.query("show") in SHOWS else "waiting"
    wanted = _wanted(visit) | {
        "waits": None if show == "all" else True,
        "assigned_to": visit.user.id if show == "mine" else None,
    }
    (urgent, replies), campaigns = await asyncio.gather(
        _urgent_and_rest(visit, wanted), newest_campaigns(visit.runtime, visit.company_id)
    )
    on_top = {one.id for one in urgent}
    rest = [one for one in replies.items if one.id not in on_top]
    users = {one.assigned_to for one in (*urgent, *rest)}
    return visit.page(
        "inbox/list.html",
        replies=replies,
        urgent=urgent,
        rest=rest,
        names=await people_of(visit, [*urgent, *rest]),
        asked=await read_asked(visit.runtime, visit.company_id, [*urgent, *rest]),
        users=await user_names(visit.runtime, visit.company_id, users),
        show=show,
        shows={name: (label, list_address(name, wanted["campaign_id"])) for name, label in SHOWS.items()},
        campaigns=campaigns,
        wanted=wanted,
        dispositions=list(Disposition),
    )


def _wanted(visit: Visit) -> dict[str, Any]:
    """Which replies the address asks for; what it cannot mean is left out."""
    meaning = visit.query("meaning")
    return {
        "campaign_id": visit.query("campaign_id") or None,
        "fire_id": visit.query("fire_id") or None,
        "meaning": ReplyMeaning(meaning) if meaning in tuple(ReplyMeaning) else None,
    }


async def _urgent_and_rest(visit: Visit, wanted: dict[str, Any]) -> tuple[list[Reply], Shown[Reply]]:
    """What is urgent and waits, on the first page alone, and a page of the others, or of all."""
    replies = shown(visit, list_replies, **wanted)
    if visit.query("cursor"):
        return [], await replies
    asked, about = PageAsked(MOST_URGENT), wanted | {"waits": True, "flag": Flag.DANGER}
    urgent, rest = await asyncio.gather(
        list_replies(visit.runtime, visit.company_id, asked, **about), replies
    )
    return urgent.items, rest


def list_address(show: str, campaign_id: str | None) -> str:
    """The list's address, of one campaign or of all."""
    asked = {"show": show if show in SHOWS and show != "waiting" else "", "campaign_id": campaign_id or ""}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/inbox?{query}" if query else "/inbox"


async def people_of(visit: Visit, replies: list[Reply]) -> dict[str, tuple[str, str]]:
    """Who wrote, by reply: the contact's id and name, where just one contact has the address."""
    keys = {one.id: one.address_key for one in replies if one.address}
    found = await find_contacts(visit.runtime, visit.company_id, set(keys.values()))
    return {
        reply_id: (found[key][0].id, found[key][0].name)
        for reply_id, key in keys.items()
        if len(found.get(key, ())) == 1
    }
