"""A query's shape. Every query the code makes is declared in shared/firestore/queries.

infra/firestore.indexes.json is checked against those declarations: the emulator answers queries without their
index, production refuses them.
"""

from typing import Any

from msgspec import Struct


class Query(Struct, frozen=True, kw_only=True):
    """A query's shape: equalities, then at most one range, which is also the order.

    The value of an equality may be a tuple: then any of its values will do.

    `among` is a field that may have any of several values, given apart (Collection.among).
    `across_companies` marks the ticks' collection-group queries. `sums` are fields that are added up, each in
    a query of its own.
    """

    collection: str
    equal: tuple[str, ...] = ()
    range: tuple[str, str] | None = None  # field and operator
    order: tuple[str, str] | None = None  # field and direction, when it is not the range's
    across_companies: bool = False
    sums: tuple[str, ...] = ()
    among: str | None = None


class ListQuery(Struct, frozen=True, kw_only=True):
    """A list that API and portal show: newest first, ids deciding between equal times.

    `newest` is the field with the time. `equal` are fields that may be compared, any of them together, and
    `contains` those that hold several values. Each has one index, by it and the time: Firestore merges the
    indexes of those that are given, so that their number does not grow with the combinations.

    `one_of` is a field every record has, with all its values: where it is given the time has no index of its
    own, and a list without filters is read along that field's.

    `both_ways`: it can be read earliest first too, which takes as many indexes again.
    https://firebase.google.com/docs/firestore/query-data/index-overview#taking_advantage_of_index_merging
    """

    collection: str
    newest: str
    equal: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    one_of: tuple[str, tuple[str, ...]] | None = None
    both_ways: bool = False

    def direction(self, *, earliest_first: bool) -> str:
        """The order of its times. Raises LookupError for one that it has no index for."""
        if earliest_first and not self.both_ways:
            raise LookupError(f"the list of {self.collection} is read newest first alone")
        return "ASCENDING" if earliest_first else "DESCENDING"


class Match(Struct, frozen=True):
    """A field and the value it must have, or one of the values it must hold."""

    field: str
    value: Any


# Records match when each of these has a Match that holds.
Matches = tuple[tuple[Match, ...], ...]
