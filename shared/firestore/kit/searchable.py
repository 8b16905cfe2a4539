"""What is stored beside a record so that lists can be filtered by it: computed from the record in each write.

Documents of a version that had not these fields get them when they are next written, or by
`python -m infra.ops apply-retention`. Until then a filter by them passes over those documents.
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from shared.domain.channels.address_search import address_key, traces_in


class Searched(Struct, frozen=True):
    """The fields beside the records of one collection, and how they follow from a record."""

    names: tuple[str, ...]
    fields: Callable[[Any], dict[str, Any]]


_BY_ADDRESS = Searched(
    ("address_key",), lambda record: {"address_key": address_key(record.channel, record.address)}
)


def _of_message(message: Any) -> dict[str, Any]:
    # Here, as what only reads needs no board.
    from shared.domain.fires.board import day_of

    return {**_BY_ADDRESS.fields(message), "about_day": day_of(message)}


SEARCHED: dict[str, Searched] = {
    "messages": Searched(("address_key", "about_day"), _of_message),
    "replies": _BY_ADDRESS,
    "failures": Searched(
        ("addresses",),
        lambda failure: {"addresses": traces_in((failure.value, *failure.values.values()))},
    ),
    "fires": Searched(("file_ids",), lambda fire: {"file_ids": list(fire.audience.file_ids)}),
    "notices": Searched(("is_read",), lambda notice: {"is_read": notice.read_at is not None}),
    "api_keys": Searched(("is_revoked",), lambda key: {"is_revoked": key.revoked_at is not None}),
}
