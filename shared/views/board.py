"""The appointment board of a day, and who asked for another time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date

from msgspec import Struct

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.errors import InvalidInput
from shared.domain.files.person_name import person_name
from shared.domain.files.row_chunk import row_chunk_id
from shared.domain.fires.board import Slot, SlotState, slots_of
from shared.domain.messages.message import Message
from shared.firestore.kit.query import Match
from shared.firestore.queries.lists import MESSAGES
from shared.firestore.row_chunks import unpacked
from shared.runtime import Runtime
from shared.tabular.rejected_rows import csv_export
from shared.views.kit.exports import Clock, words
from shared.views.names import campaign_names

MOST = 5_000  # messages about one day
ASKED = 50  # people who asked to move


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
    about = (Match("about_day", day.isoformat()),)
    asked = (Match("disposition", Disposition.RESCHEDULE_ASKED),)
    found, moving = await asyncio.gather(
        messages.newest(company_id, MESSAGES, limit=MOST + 1, matches=(about,)),
        messages.newest(company_id, MESSAGES, limit=ASKED, matches=(asked,)),
    )
    if len(found) > MOST:
        raise InvalidInput.at("day", f"has more than {MOST:,} messages; choose a campaign's export")
    wanted = [one for one in found if campaign_id is None or one.campaign_id == campaign_id]
    still = [one for one in moving if one.about_at is not None and one.withdrawn_by is None]
    names, campaigns = await asyncio.gather(
        _names(runtime, company_id, [*wanted, *still]),
        campaign_names(runtime, company_id, [one.campaign_id for one in (*found, *still)]),
    )
    slots, waiting = slots_of(wanted, names), slots_of(still, names)
    now = runtime.now()
    return Board(
        day=day,
        slots=tuple(slots),
        waiting=tuple(slot for slot in waiting if slot.state is SlotState.RESCHEDULE_ASKED and slot.at > now),
        campaigns=campaigns,
    )


async def _names(runtime: Runtime, company_id: str, messages: Sequence[Message]) -> dict[str, str]:
    """What people are called, by message: a contact's name, or what the row says. Read in bulk."""
    contact_ids = {one.contact_id for one in messages if one.contact_id is not None}
    contacts = await runtime.stores.contact_shards.contacts(company_id, contact_ids) if contact_ids else {}
    names = {
        one.id: contacts[one.contact_id].name
        for one in messages
        if one.contact_id in contacts and contacts[one.contact_id].name
    }
    left = [one for one in messages if one.id not in names and one.row_number is not None]
    chunks = await runtime.stores.chunks.find_many(company_id, {one.chunk_id for one in left if one.chunk_id})
    ids = {row_chunk_id(one.piece.file_id, one.piece.number): one.piece.file_id for one in chunks.values()}
    stored = await runtime.stores.row_chunks.find_many(company_id, ids)
    rows = {
        (ids[item_id], row.number): person_name(row.values)
        for item_id, chunk in stored.items()
        for row in unpacked(chunk)
    }
    return names | {one.id: rows.get((one.file_id or "", one.row_number or 0), "") for one in left}


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
