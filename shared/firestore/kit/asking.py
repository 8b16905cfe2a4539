"""How a collection asks: the filter of a match, and the number that an aggregation gives."""

from typing import Any

from google.cloud.firestore import AsyncTransaction, FieldFilter

from shared.firestore.kit.query import ListQuery, Match
from shared.firestore.kit.retries import read_retry


async def answer_of(aggregation: Any, transaction: AsyncTransaction | None = None) -> int:
    """The one number that it gives."""
    result = await aggregation.get(transaction=transaction, retry=read_retry(transaction))
    return int(result[0][0].value)


def filter_of(query: ListQuery, match: Match) -> FieldFilter:
    """The match as a filter of the list. Raises LookupError for a field that the list does not declare."""
    if match.field in query.contains:
        return FieldFilter(match.field, "array_contains", match.value)
    if match.field not in query.equal:
        raise LookupError(f"the list of {query.collection} declares no filter by {match.field}")
    return FieldFilter(match.field, "==", match.value)
