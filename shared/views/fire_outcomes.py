"""What became of each message of a small fire: one question, where counts are one for each sum."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from shared.domain.fires.fire import Fire
from shared.firestore.kit.query import Match
from shared.firestore.queries.lists import MESSAGES
from shared.runtime import Runtime

# Messages: a document is read for each, where a count reads one for a thousand.
MOST_READ = 500
FIELDS = (
    *("step_id", "channel", "state", "reason"),
    *("delivery", "delivery_code", "disposition", "sending_at"),
)

Outcomes = Sequence[dict[str, Any]]  # a message's FIELDS, those that it has


async def read_outcomes(runtime: Runtime, company_id: str, fire: Fire) -> Outcomes | None:
    """Those of all messages of the fire, as they stand; None for one of more than MOST_READ."""
    if fire.planned > MOST_READ:
        return None
    matches = ((Match("fire_id", fire.id),),)
    found = await runtime.stores.messages.newest_fields(
        company_id, MESSAGES, FIELDS, limit=MOST_READ + 1, matches=matches
    )
    return found if len(found) <= MOST_READ else None


def tally(outcomes: Outcomes, by: str, **equal: str) -> Counter[str]:
    """How many of those with these values have which value of `by`; an empty text stands for none."""
    matching = (one for one in outcomes if all(one.get(name) == value for name, value in equal.items()))
    return Counter(str(one.get(by) or "") for one in matching)
