"""A reply in the inbox: who sees to it, settling what only a person can read, and writing back."""

import asyncio
from collections.abc import Iterable

from starlette.responses import Response

from functions.portal.inbox_list import list_address, people_of
from functions.portal.kit.lists import every
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.companies.api_key import Scope
from shared.domain.companies.consent_rules import ANSWER_CHARACTERS
from shared.domain.errors import InvalidInput, RollcallError
from shared.domain.fires.board import told_at
from shared.domain.ids import random_id
from shared.domain.messages.asked_together import numbers_together
from shared.domain.messages.message import Message
from shared.domain.messages.reply import Reply
from shared.usecases.answers.answer_reply import answer_reply, close_reply
from shared.usecases.answers.assign_reply import assign_reply
from shared.usecases.answers.read_thread import read_thread
from shared.usecases.answers.write_back import write_back
from shared.views.message_names import message_names
from shared.views.names import campaign_names
from shared.views.replies import get_reply
from shared.views.saved_replies import list_saved_replies
from shared.views.threads import list_said, read_candidates
from shared.views.users import list_users

pages = Pages()


@pages.get("/inbox/{reply_id}", Scope.READ)
async def show_reply(visit: Visit) -> Response:
    """One reply in its thread, with the messages it may answer."""
    return await _page(visit, "", {})


@pages.post("/inbox/{reply_id}/answer", Scope.WRITE)
async def answer(visit: Visit) -> Response:
    """Say what a reply means: which message it answers, and how; or which of several, each in its own way.

    Of one that is settled, what it means in truth.
    """
    form, reply_id = visit.form, visit.path("reply_id")
    by, corrects = f"user {visit.user.id}", form.is_set("corrects")
    try:
        given = await _given(visit, reply_id)
        form.check()
        if not given:
            return visit.go(f"/inbox/{reply_id}", refused="Say for one of the messages what it is answered.")
        await answer_reply(visit.runtime, visit.company_id, reply_id, given, by=by, corrects=corrects)
    except RollcallError as refused:
        return visit.go(f"/inbox/{reply_id}", refused=str(refused))
    if corrects:
        return visit.go(f"/inbox/{reply_id}", done="The answer is corrected.")
    back = list_address(form.given("show"), form.item_id("campaign_id", is_needed=False))
    return visit.go(back, done="The reply is settled. Under All it can be corrected.")


async def _given(visit: Visit, reply_id: str) -> dict[str, Disposition]:
    """The answers by message: one button's, one for all of several, or what was chosen for each of them."""
    form = visit.form
    if "message_id" in form:
        return {form.item_id("message_id"): form.choice("disposition", Disposition)}
    reply = await get_reply(visit.runtime, visit.company_id, reply_id)
    if "all" in form:
        return dict.fromkeys(reply.candidates, form.choice("all", Disposition))
    chosen = {item_id: form.one_of(f"answer_{item_id}", tuple(Disposition)) for item_id in reply.candidates}
    return {item_id: Disposition(said) for item_id, said in chosen.items() if said in tuple(Disposition)}


@pages.post("/inbox/{reply_id}/close", Scope.WRITE)
async def close(visit: Visit) -> Response:
    """Say that nothing is to be done."""
    reply_id = visit.path("reply_id")
    await close_reply(visit.runtime, visit.company_id, reply_id, by=f"user {visit.user.id}")
    return visit.go("/inbox", done="The reply is settled: nothing is to be done.")


@pages.post("/inbox/{reply_id}/assign", Scope.WRITE)
async def assign(visit: Visit) -> Response:
    """Say who is to see to it: oneself, somebody else, or nobody."""
    reply_id, user_id = visit.path("reply_id"), visit.form.item_id("user_id", is_needed=False)
    try:
        visit.form.check()
        await assign_reply(visit.runtime, visit.company_id, reply_id, user_id or None)
    except InvalidInput as invalid:
        return visit.go(f"/inbox/{reply_id}", refused=f"This {invalid.problems[0].reason}.")
    return visit.go(f"/inbox/{reply_id}", done="It is noted who sees to it.")


@pages.post("/inbox/{reply_id}/write", Scope.WRITE)
async def write(visit: Visit) -> Response:
    """Send the person a text, in the same thread."""
    form, reply_id = visit.form, visit.path("reply_id")
    text = form.text("text")
    try:
        writing_id = form.item_id("writing_id")
        form.check()
        await write_back(
            visit.runtime,
            visit.company_id,
            reply_id,
            text,
            writing_id,
            by=f"user {visit.user.id}",
            settles=form.is_set("settles"),
        )
    except InvalidInput as invalid:
        return await _page(visit, text, {one.field: one.reason for one in invalid.problems})
    except RollcallError as refused:
        return visit.go(f"/inbox/{reply_id}", refused=str(refused))
    return visit.go(f"/inbox/{reply_id}", done="It is on its way. What becomes of it stands in the thread.")


async def _page(visit: Visit, text: str, problems: dict[str, str]) -> Response:
    runtime, company_id = visit.runtime, visit.company_id
    reply = await get_reply(runtime, company_id, visit.path("reply_id"))
    (messages, called, campaigns), people, thread, said, saved, users = await asyncio.gather(
        _candidates(visit, reply),
        people_of(visit, [reply]),
        read_thread(runtime, company_id, reply),
        list_said(runtime, company_id, reply),
        every(visit, list_saved_replies),
        every(visit, list_users),
    )
    return visit.page(
        "inbox/reply.html",
        code=422 if problems else 200,
        reply=reply,
        person=people.get(reply.id),
        title=_one_name(called.values()),
        called=called,
        messages=messages,
        numbers=numbers_together(messages),
        times={one.id: _time_of(one) for one in messages},
        given={one.message_id: one.disposition for one in reply.answers},
        campaigns=campaigns,
        dispositions=list(Disposition),
        said=said,
        closed_because=thread.closed_because(runtime.now()),
        open_until=thread.open_until(),
        saved=saved,
        users=[one for one in users if one.disabled_at is None and one.allows(Scope.WRITE)],
        text=text,
        problems=problems,
        writing_id=random_id(),
        most=ANSWER_CHARACTERS,
    )


async def _candidates(visit: Visit, reply: Reply) -> tuple[list[Message], dict[str, str], dict[str, str]]:
    """The messages that it may answer, what whom they went to is called, and their campaigns' names."""
    runtime, company_id = visit.runtime, visit.company_id
    messages = await read_candidates(runtime, company_id, reply)
    called, campaigns = await asyncio.gather(
        message_names(runtime, company_id, messages),
        campaign_names(runtime, company_id, [one.campaign_id for one in messages]),
    )
    return messages, called, campaigns


def _time_of(message: Message) -> str:
    """When its appointment is, where that takes place: Thu 3 Dec 11:00. Empty where it has no time."""
    if message.about_at is None:
        return ""
    at = told_at(message)
    return f"{at:%a} {at.day} {at:%b %H:%M}"


def _one_name(names: Iterable[str]) -> str:
    """What whoever wrote is called in the files, where all rows that may be meant say the same."""
    known = set(filter(None, names))
    return known.pop() if len(known) == 1 else ""
