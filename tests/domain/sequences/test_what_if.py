"""What a change would come to, in words."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.companies.company import Company
from shared.domain.sequences.plan import Plan
from shared.domain.sequences.sequence_plan import SequencePlan
from shared.domain.sequences.what_if import effect_of
from shared.domain.sequences.work import MadePlan, Work
from tests.kit.sequence_records import NEW_YORK, a_sequence

NOW = datetime(2026, 12, 1, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (13, 6, "Welcome finishes on December 14; after the change on December 7."),
        (13, 13, "Welcome finishes on December 14, as before."),
        (43, 13, "Welcome finishes on January 13, 2027; after the change on December 14."),
        (13, None, "Welcome has nothing planned after the change."),
        (None, 13, "Welcome has nothing planned; after the change it finishes on December 14."),
    ],
)
def test_the_finish_is_told_with_its_year_where_that_is_another(
    before: int | None, after: int | None, words: str
) -> None:
    finishes = {} if before is None else {"welcome": NOW + timedelta(days=before)}
    ends = {} if after is None else {"welcome": int((NOW + timedelta(days=after)).timestamp())}
    company = Company(id="acme", name="Acme", time_zone=NEW_YORK, default_region="US", created_at=NOW)
    work = Work(
        company=company,
        plan=SequencePlan(finishes_at=finishes),
        sequences={"welcome": a_sequence()},
        mailboxes={},
        senders={},
        now=int(NOW.timestamp()),
    )
    made = MadePlan(plan=Plan(ends=ends), standing=0, emails=(), before={}, moved=frozenset())
    assert effect_of(made, 0, 0, work).words == (words,)
