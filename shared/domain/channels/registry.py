"""The table of channels: those of this folder, and those that further providers bring with them.

To add one: a module like sms.py, and its record in SHIPPED.
"""

from shared.domain.channels.channel_record import ChannelRecord
from shared.domain.channels.email import EMAIL
from shared.domain.channels.instagram import INSTAGRAM
from shared.domain.channels.messenger import MESSENGER
from shared.domain.channels.sms import SMS
from shared.domain.channels.voice import VOICE
from shared.domain.channels.whatsapp import WHATSAPP

SHIPPED = (SMS, EMAIL, WHATSAPP, MESSENGER, INSTAGRAM, VOICE)

_table: dict[str, ChannelRecord] = {record.name: record for record in SHIPPED}


def register(record: ChannelRecord) -> None:
    """Take a channel into the table; the same record again changes nothing.

    Raises ValueError when its name or its unit is another channel's: both name what is stored.
    """
    if _table.get(record.name) is record:
        return
    taken = {one.name for one in _table.values()} | {one.unit for one in _table.values()}
    if clash := taken & {record.name, record.unit}:
        raise ValueError(f"the channel {record.name!r} is called as another is, or its unit: {clash.pop()}")
    _table[record.name] = record


def names() -> tuple[str, ...]:
    """The channels' names, in the order in which they were registered."""
    return tuple(_table)


def find(name: str) -> ChannelRecord | None:
    """The record of the channel of that name, if there is one."""
    return _table.get(name)


def get(name: str) -> ChannelRecord:
    """The record of a channel that is registered."""
    return _table[name]
