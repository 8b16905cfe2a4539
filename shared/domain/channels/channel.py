"""The ways to reach a person, by name."""

from functools import cache

from shared.domain.channels import registry
from shared.domain.channels.channel_record import ChannelRecord
from shared.domain.errors import InvalidInput


class Channel(str):
    """The name of a channel that is registered; `record` holds what is peculiar to it.

    Made of any other text it raises ValueError. No code outside this folder and the providers' asks which
    channel it is: what differs is a field of the record.
    """

    __slots__ = ()

    def __new__(cls, name: str) -> "Channel":
        """The channel of that name."""
        if registry.find(name) is None:
            raise ValueError(f"must be one of: {', '.join(registry.names())}")
        return super().__new__(cls, name)

    @property
    def record(self) -> ChannelRecord:
        """The channel's row of the table."""
        return registry.get(self)


def all_channels() -> tuple[Channel, ...]:
    """Every channel that is registered."""
    return tuple(map(Channel, registry.names()))


def channel_at(field: str, name: str) -> Channel:
    """The channel that an input names in `field`. Raises InvalidInput."""
    try:
        return Channel(name)
    except ValueError as error:
        raise InvalidInput.at(field, str(error)) from None


def named(kind: type[Channel], name: str) -> Channel:
    """A channel as msgspec finds it stored, a hundred thousand times. Raises ValueError."""
    return _made_once(kind, name)


@cache
def _made_once(kind: type[Channel], name: str) -> Channel:
    return kind(name)


def as_text(channel: object) -> str:
    """A channel as msgspec stores it, which takes no types that follow from `str`."""
    if isinstance(channel, Channel):
        return str(channel)
    raise NotImplementedError(f"{type(channel).__name__} is no channel")
