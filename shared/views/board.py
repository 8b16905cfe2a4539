"""The appointment board of a day, and who asked for another time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta

from msgspec import Struct

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.errors import InvalidInput
from shared.domain.fires.board import Slot, SlotState, slots_of
from shared.domain.messages.asked_together import is_asked_together
from shared.domain.messages.message import Message
from shared.firestore.kit.query import Match, Query
from shared.firestore.queries.lists import MESSAGES
from shared.firestore.queries.messages import MESSAGES_ABOUT_EARLIER, MESSAGES_ABOUT_LATER
from shared.runtime import Runtime
from shared.tabular.rejected_rows import csv_export
from shared.views.kit.exports import Clock, words
from shared.views.message_names import message_names
from shared.views.names import campaign_names

MOST = 5_000  # messages about one day
ASKED = 50  # people who asked to move
FAR = 14  # days before and after
LOOKED_AT, NEARBY = 300, 5  # messages whose days are offered where a day has nothing, and days


class Board(Struct, frozen=True, kw_only=True):
    """A day's appointments in order of time; `waiting` asked for another time, the newest first.

    `campaigns` are names by id.
    """

    day: date
    slots: tuple[Slot, ...]
    waiting: tuple[Slot, ...]
    campaigns: dict[str, str]

    def count(self, state: SlotState) -> int:
        """How many of the day are in this state."""
        return sum(slot.state is state for slot in self.slots)


async def get_board(runtime: Runtime, company_id: str, day: date, *, campaign_id: str | None = None) -> Board:
    """What has a time on the day, at the place where it is; of one campaign, or of all.

    Raises InvalidInput for a day that has too many to be shown.
    """
    messages = runtime.stores.messages
    about = [(Match("about_day", day.isoformat()),)]
    if campaign_id is not None:
        about.append((Match("campaign_id", campaign_id),))
    asked = (Match("disposition", Disposition.RESCHEDULE_ASKED),)
    found, moving = await asyncio.gather(
        messages.newest(company_id, MESSAGES, limit=MOST + 1, matches=tuple(about)),
        messages.newest(company_id, MESSAGES, limit=ASKED, matches=(asked,)),
    )
    if len(found) > MOST:
        raise InvalidInput.at("day", f"has more than {MOST:,} messages; choose a campaign, or its own export")
    still = [one for one in moving if one.about_at is not None and one.withdrawn_by is None]
    names, campaigns, asking = await asyncio.gather(
        message_names(runtime, company_id, [*found, *still]),
        campaign_names(runtime, company_id, [one.campaign_id for one in (*found, *still)]),
        _asking(runtime, company_id, found),
    )
    slots, waiting = slots_of(found, names, asking), slots_of(still, names)
    now = runtime.now()
    return Board(
        day=day,
        slots=tuple(slots),
        waiting=tuple(slot for slot in waiting if slot.state is SlotState.RESCHEDULE_ASKED and slot.at > now),
        campaigns=campaigns,
    )


async def _asking(runtime: Runtime, company_id: str, messages: Sequence[Message]) -> dict[str, Message]:
    """The messages that ask about appointments of these besides their own: in one read."""
    wanted = {one.duplicate_of for one in messages if one.duplicate_of and is_asked_together(one)}
    return await runtime.stores.messages.find_many(company_id, wanted) if wanted else {}


async def nearby_days(
    runtime: Runtime, company_id: str, day: date, *, campaign_id: str | None = None
) -> list[date]:
    """The nearest days that messages are about, up to two weeks off, in order: where a day has nothing.

    Of one campaign, those of its newest messages.
    """
    days = [day + timedelta(days=off) for off in range(-FAR, FAR + 1) if off]
    if campaign_id is None:
        about = await _days_around(runtime, company_id, day)
    else:
        about = await _days_of(runtime, company_id, campaign_id)
    near = (one for one in days if one.isoformat() in about)
    return sorted(sorted(near, key=lambda one: abs(one - day))[:NEARBY])


async def _days_around(runtime: Runtime, company_id: str, day: date) -> set[object]:
    """Days before and after, from the nearest on: two ranges, as each day of its own would be a search."""
    earlier, later = await asyncio.gather(
        *(
            _days_in(runtime, company_id, query, day)
            for query in (MESSAGES_ABOUT_EARLIER, MESSAGES_ABOUT_LATER)
        )
    )
    return earlier | later


async def _days_in(runtime: Runtime, company_id: str, query: Query, day: date) -> set[object]:
    days = runtime.stores.messages.each_value(
        company_id, query, day.isoformat(), field="about_day", limit=LOOKED_AT
    )
    return {one async for one in days}


async def _days_of(runtime: Runtime, company_id: str, campaign_id: str) -> set[object]:
    found = await runtime.stores.messages.newest_fields(
        company_id,
        MESSAGES,
        ["about_day"],
        limit=LOOKED_AT,
        matches=((Match("campaign_id", campaign_id),),),
    )
    return {one.get("about_day") for one in found}


async def export_board(
    runtime: Runtime, company_id: str, day: date, *, campaign_id: str | None = None
) -> AsyncIterator[bytes]:
    """The day as a CSV file. Raises InvalidInput: at once, not while the pieces are read."""
    board = await get_board(runtime, company_id, day, campaign_id=campaign_id)
    company = await runtime.stores.companies.get(company_id)
    return _pieces(board, Clock(company.time_zone))


async def _pieces(board: Board, clock: Clock) -> AsyncIterator[bytes]:
    header = (
        "Day",
        "Time",
        "Name",
        "Address",
        "Channel",
        "State",
        "Messages",
        "Campaign",
        clock.heading("Sent"),
    )
    rows = [
        (
            f"{slot.at:%Y-%m-%d}",
            f"{slot.at:%H:%M}",
            slot.name,
            slot.message.address,
            slot.message.channel,
            words(slot.state),
            str(slot.message_count),
            board.campaigns.get(slot.message.campaign_id, ""),
            clock.show(slot.message.sent_at),
        )
        for slot in board.slots
    ]
    yield b"".join(csv_export([header, *rows]))
