"""/v1/company: who the key acts for."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter
from pydantic import Field, StrictBool, StrictInt, StringConstraints

from functions.api.frequency_cap_shapes import FrequencyCapInput, FrequencyCapOutput
from functions.api.kit.authentication import Admin, Reader
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import LEFT_OUT, Day, Input, Output, WallTime, WallTimeShown
from shared.domain.companies.consent_rules import (
    ANSWER_CHARACTERS,
    MOST_OWN_WORDS,
    MOST_TOPICS,
    OWN_WORD_CHARACTERS,
    TOPIC_CHARACTERS,
    OptOutScope,
)
from shared.domain.companies.contact_hours import WEEK, ContactHours
from shared.domain.companies.kept_for import KeptFor
from shared.domain.companies.work_calendar import WorkCalendar
from shared.domain.record import replace
from shared.usecases.companies.change_company import change_company
from shared.usecases.companies.require_approval import MOST, require_approval
from shared.views import companies as view

router = APIRouter(prefix="/v1/company", tags=["company"], route_class=ApiRoute)


_Topic = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TOPIC_CHARACTERS)]
_OwnWord = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=OWN_WORD_CHARACTERS)
]
_Text = Annotated[str, StringConstraints(max_length=ANSWER_CHARACTERS)]


class ConsentRulesOutput(Output):
    """How far a refusal in a reply reaches, what may be refused alone, and what is answered."""

    opt_out_scope: OptOutScope
    topics: tuple[str, ...]
    help_text: str
    opt_out_text: str
    confirms_opt_outs: bool
    opt_out_words: tuple[str, ...]
    opt_in_words: tuple[str, ...]
    frequency_cap: FrequencyCapOutput | None


class CalendarOutput(Output):
    """On which days the company works."""

    days: tuple[int, ...]
    keeps_holidays: bool
    holiday_country: str | None
    closed_days: tuple[date, ...]


class ContactHoursOutput(Output):
    """What new campaigns' contact windows begin with."""

    days: tuple[int, ...]
    opens: WallTimeShown
    closes: WallTimeShown
    keeps_quiet_hours: bool


class KeptForOutput(Output):
    """Days for which things are kept; null: for as long as whoever runs Rollcall keeps them."""

    rows: int | None
    messages: int | None
    replies: int | None


class CompanyOutput(Output):
    """A company. Its time zone and region hold where a row says nothing better.

    Numbers are checked against the area codes that are known. New ones come every year: with
    `allows_possible_numbers` a number of the right length is also taken when its area code is not known.
    Campaigns for more than `approval_above` recipients need a second person's approval; null: none does.
    While `is_in_trial`, it sends only to addresses that it has verified.
    """

    id: str
    name: str
    time_zone: str
    default_region: str
    sending_enabled: bool
    allows_possible_numbers: bool
    postal_address: str
    approval_above: int | None
    is_in_trial: bool
    consent: ConsentRulesOutput
    calendar: CalendarOutput
    contact_hours: ContactHoursOutput
    kept_for: KeptForOutput
    created_at: datetime


class ConsentRulesChanges(Input):
    """The rules to change.

    A STOP reaches the `sender` alone, all of the company on the `channel`, or also other channels with the
    same `address`. `topics` are kinds of messages that a person may refuse alone. `help_text` answers HELP;
    without one a person does. `opt_out_text` confirms a refusal, once; empty: a text that Rollcall brings.
    `opt_out_words` and `opt_in_words` are words of your own that refuse and return, beside STOP, START and
    their like in every language.
    """

    opt_out_scope: OptOutScope = LEFT_OUT
    topics: Annotated[tuple[_Topic, ...], Field(max_length=MOST_TOPICS)] = LEFT_OUT
    help_text: _Text = LEFT_OUT
    opt_out_text: _Text = LEFT_OUT
    confirms_opt_outs: bool = LEFT_OUT
    opt_out_words: Annotated[tuple[_OwnWord, ...], Field(max_length=MOST_OWN_WORDS)] = LEFT_OUT
    opt_in_words: Annotated[tuple[_OwnWord, ...], Field(max_length=MOST_OWN_WORDS)] = LEFT_OUT
    frequency_cap: FrequencyCapInput | None = None


class CalendarInput(Input):
    """On which days the company works; broadcasts run on these. `days` are 1 (Monday) to 7.

    Public holidays are no working days, unless `keeps_holidays` is false: those of `holiday_country` (US,
    US-FL, US+US-FL for both), or of the company's region where that is null.
    """

    record_type: ClassVar[Callable[..., Any] | None] = WorkCalendar
    days: Annotated[
        tuple[Annotated[StrictInt, Field(ge=1, le=7)], ...], Field(min_length=1, max_length=7)
    ] = (1, 2, 3, 4, 5)
    keeps_holidays: StrictBool = True
    holiday_country: Annotated[str, StringConstraints(min_length=2, max_length=60)] | None = None
    closed_days: Annotated[tuple[Day, ...], Field(max_length=400)] = ()


class ContactHoursInput(Input):
    """The contact window of campaigns that are created without one. `days` are 1 (Monday) to 7."""

    record_type: ClassVar[Callable[..., Any] | None] = ContactHours
    days: Annotated[
        tuple[Annotated[StrictInt, Field(ge=1, le=7)], ...], Field(min_length=1, max_length=7)
    ] = WEEK
    opens: WallTime = time(9, 0)
    closes: WallTime = time(20, 0)
    keeps_quiet_hours: StrictBool = False


_Days = Annotated[StrictInt, Field(ge=1, le=36_500)] | None


class KeptForInput(Input):
    """For how many days rows (with their uploads), messages (with their failures) and replies are kept.

    30 at least, and at most what whoever runs Rollcall keeps; null: that. What is over is deleted within
    a day.
    """

    record_type: ClassVar[Callable[..., Any] | None] = KeptFor
    rows: _Days = None
    messages: _Days = None
    replies: _Days = None


class CompanyChanges(Input):
    """What may be changed of a company. Its `calendar`, `contact_hours` and `kept_for` are replaced
    as a whole.

    Templates say its `postal_address` as `company_postal_address`. Campaigns for more than `approval_above`
    recipients need a second person's approval; null: none does.
    """

    allows_possible_numbers: bool = LEFT_OUT
    postal_address: Annotated[str, Field(max_length=500)] = LEFT_OUT
    consent: ConsentRulesChanges = LEFT_OUT
    calendar: CalendarInput = LEFT_OUT
    contact_hours: ContactHoursInput = LEFT_OUT
    kept_for: KeptForInput = LEFT_OUT
    approval_above: Annotated[int, Field(ge=0, le=MOST)] | None = LEFT_OUT


@router.get("")
async def get_company(caller: Reader) -> CompanyOutput:
    """The company the API key belongs to."""
    return CompanyOutput.of(await view.get_company(caller.runtime, caller.company_id))


@router.patch("")
async def change_own_company(caller: Admin, body: CompanyChanges) -> CompanyOutput:
    """Change which numbers the company sends to, its address and working days, its rules for refusals, and
    how long it keeps what it has.

    Campaigns that are ready stay as they were frozen; the rules hold at once.
    """
    given = body.given()
    changed = await change_company(
        caller.runtime,
        caller.company_id,
        allows_possible_numbers=body.allows_possible_numbers,
        postal_address=body.postal_address,
        consent=body.consent.given() if body.consent else None,
        calendar=given.get("calendar"),
        contact_hours=given.get("contact_hours"),
        kept_for=given.get("kept_for"),
    )
    if "approval_above" in given:
        above = given["approval_above"]
        await require_approval(caller.runtime, caller.company_id, above, by=f"key {caller.key.id}")
        changed = replace(changed, approval_above=above)
    return CompanyOutput.of(changed)
