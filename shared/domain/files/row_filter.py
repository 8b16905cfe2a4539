"""A row filter: the conditions that a row must meet to be loaded by a source, or planned by a campaign.

| test | holds when |
|---|---|
| is, is_not, is_one_of, is_none_of | the value is that, or is not; an empty one is nothing |
| is_empty, is_not_empty | there is no value, or there is one |
| contains, does_not_contain | the text has the other in it, or has not |
| before, after | the date, date-time or time is earlier, or later |
| more_than, less_than | the number is |
| in_next_days, in_last_days | the date is today or one of so many days after, or before |
| anniversary_in_next_days, anniversary_in_last_days | its day and month are, whatever its year |

How values are compared is in shared/domain/files/judge_rows.py.
"""

from enum import StrEnum

from msgspec import Struct


class ConditionTest(StrEnum):
    """What is asked of a value. `values` go with IS_ONE_OF and IS_NONE_OF, `value` with most others."""

    IS = "is"
    IS_NOT = "is_not"
    IS_ONE_OF = "is_one_of"
    IS_NONE_OF = "is_none_of"
    IS_EMPTY = "is_empty"
    IS_NOT_EMPTY = "is_not_empty"
    CONTAINS = "contains"
    DOES_NOT_CONTAIN = "does_not_contain"
    BEFORE = "before"
    AFTER = "after"
    MORE_THAN = "more_than"
    LESS_THAN = "less_than"
    IN_NEXT_DAYS = "in_next_days"
    IN_LAST_DAYS = "in_last_days"
    ANNIVERSARY_IN_NEXT_DAYS = "anniversary_in_next_days"
    ANNIVERSARY_IN_LAST_DAYS = "anniversary_in_last_days"


_T = ConditionTest
OF_SEVERAL = frozenset({_T.IS_ONE_OF, _T.IS_NONE_OF})
OF_NOTHING = frozenset({_T.IS_EMPTY, _T.IS_NOT_EMPTY})


class Match(StrEnum):
    """Whether a row must meet all conditions, or one of them."""

    ALL = "all"
    ANY = "any"


class RowCondition(Struct, frozen=True, kw_only=True):
    """What is asked of one `field`; or of one `column` of the file, as text, whether it is mapped or not."""

    test: ConditionTest
    field: str | None = None
    column: str | None = None
    value: str | None = None
    values: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What people call the thing that is asked about."""
        return self.field or self.column or ""

    @property
    def wanted(self) -> tuple[str, ...]:
        """The texts that are compared with."""
        return (*(() if self.value is None else (self.value,)), *self.values)

    def __str__(self) -> str:
        wanted = ", ".join(repr(text) for text in self.wanted)
        return f"{self.name} {self.test.replace('_', ' ')} {wanted}".rstrip()


class RowFilter(Struct, frozen=True, kw_only=True):
    """The rows that meet `all` of the conditions, or `any`."""

    conditions: tuple[RowCondition, ...]
    match: Match = Match.ALL

    def __str__(self) -> str:
        return (" and " if self.match is Match.ALL else " or ").join(map(str, self.conditions))
