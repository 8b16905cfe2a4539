"""A query's shape. Every query the code makes is declared in shared/firestore/queries.

infra/firestore.indexes.json is checked against those declarations: the emulator answers queries without their
index, production refuses them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A query's shape: equalities, then at most one range, which is also the order.

    `across_companies` marks the ticks' collection-group queries. `sums` are fields that are added up, each in
    a query of its own.
    """

    collection: str
    equal: tuple[str, ...] = ()
    range: tuple[str, str] | None = None  # field and operator
    order: tuple[str, str] | None = None  # field and direction, when it is not the range's
    across_companies: bool = False
    sums: tuple[str, ...] = ()
