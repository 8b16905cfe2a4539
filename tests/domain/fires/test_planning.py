"""From a recipient to the message of one step, whatever the row holds."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from shared.domain.campaigns.audience import NewestFileAudience
from shared.domain.campaigns.window import ContactWindow
from shared.domain.files.file import Row
from shared.domain.files.row_filter import ConditionTest, RowCondition, RowFilter
from shared.domain.files.source import FieldType
from shared.domain.fires.planning import FilteredOut, Plan, PlannedFailure, PlannedMessage, Planner
from shared.domain.fires.recipient import Recipient, recipient_of_row
from shared.domain.messages.failure import FailureStep
from shared.domain.messages.message import rendering_hash
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace
from shared.domain.templates.message_filter import FilterKind, MessageFilter
from shared.domain.templates.template_language import OUTPUT_BYTES
from tests.domain.campaigns.test_freezing import a_content
from tests.kit.builders import NOON, a_campaign, a_step, a_template

VALUES = {
    "name": "Ana",
    "phone": "2125550187",
    "doctor": "Dr Vega",
    "appointment_at": "2026-11-24T14:30:00-05:00",
}


def a_recipient(values: Mapping[str, str], number: int = 2) -> Recipient:
    return recipient_of_row("file", Row(number=number, values={**VALUES, **values}))


def plan(
    campaign: dict[str, Any] | None = None,
    content: dict[str, Any] | None = None,
    now: datetime = NOON,
    **values: str,
) -> Plan:
    frozen = a_content(content_hash="h", campaign=a_campaign(**(campaign or {})), **(content or {}))
    return Planner(frozen, frozen.campaign.steps[0], now).plan(a_recipient(values))


def message(*arguments: Any, **values: Any) -> PlannedMessage:
    outcome = plan(*arguments, **values)
    assert isinstance(outcome, PlannedMessage), outcome
    return outcome


def failure(*arguments: Any, **values: Any) -> PlannedFailure:
    outcome = plan(*arguments, **values)
    assert isinstance(outcome, PlannedFailure), outcome
    return outcome


def test_a_good_row_is_sealed_to_its_text_and_address() -> None:
    planned = message()
    assert planned.address == "+12125550187"
    assert planned.rendering_hash == rendering_hash(
        "h", planned.step.channel, "+12125550187", "", planned.texts.body
    )
    assert (planned.opens_at, planned.skip) == (NOON, None)


@pytest.mark.parametrize(
    ("values", "campaign", "step", "field"),
    [
        ({"phone": ""}, {}, FailureStep.ADDRESS, "phone"),
        ({"phone": "12"}, {}, FailureStep.ADDRESS, "phone"),
        ({"doctor": ""}, {}, FailureStep.RENDER, "doctor"),
        ({"until": ""}, {"expires_field": "until"}, FailureStep.EXPIRY, "until"),
        ({"until": "soon"}, {"expires_field": "until"}, FailureStep.EXPIRY, "until"),
        ({"until": "9999-12-31"}, {"expires_field": "until"}, FailureStep.EXPIRY, "until"),
        (
            {"zone": "Eastern"},
            {"window": ContactWindow(time_zone_field="zone")},
            FailureStep.TIME_ZONE,
            "zone",
        ),
        (
            {"zone": "../etc"},
            {"window": ContactWindow(time_zone_field="zone")},
            FailureStep.TIME_ZONE,
            "zone",
        ),
        (
            {},
            {"filters": (MessageFilter(kind=FilterKind.CUT_FROM, text="Hello"),)},
            FailureStep.FILTER,
            "body",
        ),
        (
            {},
            {"filters": (MessageFilter(kind=FilterKind.REPLACE, text="e", replacement="x" * OUTPUT_BYTES),)},
            FailureStep.RENDER,
            "template",
        ),
    ],
)
def test_what_is_wrong_with_a_row_is_that_rows_failure(
    values: dict[str, str], campaign: dict[str, Any], step: FailureStep, field: str
) -> None:
    failed = failure(campaign, **values)
    assert (failed.failed_at, failed.field) == (step, field)
    assert failed.reason.endswith(".")
    assert failed.recipient == a_recipient(values)


def test_each_step_is_planned_by_itself() -> None:
    steps = (a_step(), a_step(id="second", address_field="mobile"))
    content = a_content(campaign=a_campaign(steps=steps))
    first, second = (Planner(content, step, NOON).plan(a_recipient({})) for step in steps)
    assert isinstance(first, PlannedMessage)
    assert isinstance(second, PlannedFailure)
    assert (first.step.id, second.step.id) == ("sms", "second")


def test_no_use_after_is_honoured_at_planning() -> None:
    campaign = {"expires_field": "appointment_at"}
    appointment = datetime(2026, 11, 24, 19, 30, tzinfo=UTC)
    assert message(campaign).not_after == appointment
    assert message(campaign, now=appointment).skip is SkipReason.EXPIRED
    day = message(campaign, appointment_at="2026-11-24")
    assert day.not_after == datetime(2026, 11, 25, 4, 59, 59, tzinfo=UTC)


def test_a_message_waits_for_its_window_unless_that_is_too_late_for_it() -> None:
    window = ContactWindow(opens=time(9), closes=time(17), time_zone_field="zone")
    honolulu = message({"window": window}, zone="HI")
    assert honolulu.opens_at == datetime(2026, 11, 23, 19, tzinfo=UTC)
    late = {"window": window, "expires_field": "until"}
    assert message(late, zone="HI", until="2026-11-23T19:00:00Z").skip is SkipReason.WINDOW_CLOSED
    assert message(late, zone="HI", until="2026-11-23T19:00:01Z").skip is None


def test_a_state_of_several_zones_uses_the_hours_they_share() -> None:
    window = ContactWindow(opens=time(9), closes=time(17), time_zone_field="zone")
    morning = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)  # 9:30 in Pensacola's east, 8:30 in its west
    planned = message({"window": window}, now=morning, zone="America/New_York,America/Chicago")
    assert planned.where.zones == ("America/New_York", "America/Chicago")
    assert planned.opens_at == datetime(2026, 11, 23, 15, tzinfo=UTC)


def test_the_fires_day_is_that_of_the_fire_also_for_rows_planned_after_midnight() -> None:
    content = a_content(dedupe_key=("day", "address"))
    fired_at = datetime(2026, 11, 24, 4, 59, tzinfo=UTC)  # 23:59 in New York
    moments = (fired_at, fired_at + timedelta(minutes=2))
    plans = [Planner(content, a_step(), now, fired_at).plan(a_recipient({})) for now in moments]
    assert all(isinstance(planned, PlannedMessage) for planned in plans)
    assert len({planned.dedupe for planned in plans if isinstance(planned, PlannedMessage)}) == 1


def test_planning_again_gives_the_same() -> None:
    assert plan() == plan()
    assert plan() == replace(message(), skip=None)


def test_a_zone_read_off_a_number_is_every_zone_it_may_be_in() -> None:
    window = ContactWindow(opens=time(9, 0), closes=time(17, 0), time_zone_field="phone")
    types = {"phone": FieldType.PHONE, "appointment_at": FieldType.DATETIME}
    fields: dict[str, Any] = {"field_types": types}
    planned = message({"window": window}, fields, phone="+61 8 8234 5678")
    assert set(planned.where.zones) == {"Australia/Adelaide", "Australia/Perth"}
    # November 24, 9:00 in Perth (+08:00), when it is 11:30 in Adelaide (+10:30).
    assert planned.opens_at == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    unknown = message({"window": window}, fields | {"allows_possible_numbers": True}, phone="729 234 5678")
    assert unknown.where.zones[0] == "America/New_York", "the company's"
    assert {"Pacific/Honolulu", "America/Adak"} < set(unknown.where.zones), "and all others of its country"


def test_a_number_with_an_unknown_area_code_is_sent_to_where_the_company_allows_it() -> None:
    assert failure(phone="729 234 5678").kind == "phone not valid"
    assert message(None, {"allows_possible_numbers": True}, phone="729 234 5678").address == "+17292345678"


CALIFORNIA = "America/Los_Angeles"


IS_BOOKED = RowCondition(field="status", test=ConditionTest.IS, value="Booked")


def test_the_row_filter_comes_first_and_says_why() -> None:
    chosen = {"row_filter": RowFilter(conditions=(IS_BOOKED,))}
    out = plan(chosen, status="Cancelled", phone="12")
    assert isinstance(out, FilteredOut)
    assert out.reason == "The campaign's row filter takes rows of which status is 'Booked'."
    assert message(chosen, status=" booked ").skip is None


def test_a_value_that_cannot_be_judged_is_that_rows_failure() -> None:
    condition = RowCondition(field="balance", test=ConditionTest.MORE_THAN, value="5")
    failed = failure(
        {"row_filter": RowFilter(conditions=(condition,))},
        {"field_types": {"balance": FieldType.NUMBER}},
        balance="much",
    )
    assert (failed.failed_at, failed.field, failed.value) == (FailureStep.FILTER, "balance", "much")


def test_what_no_provider_would_take_is_the_rows_failure() -> None:
    template = a_template(body="{{ name }}")
    long = failure(content={"templates": {"reminder": template}}, name="x" * 1_601)
    assert (long.failed_at, long.field, long.value, long.kind) == (
        FailureStep.RENDER,
        "body",
        "1,601 characters",
        "text too long",
    )
    assert long.reason == "A text message holds 1,600 characters at most."
    assert message(content={"templates": {"reminder": template}}, name="x" * 1_600).texts.body == "x" * 1_600


def test_a_row_without_an_address_says_which_field_is_empty() -> None:
    lacking = failure(phone="")
    assert (lacking.failed_at, lacking.field, lacking.kind) == (
        FailureStep.ADDRESS,
        "phone",
        "address missing",
    )
    assert lacking.reason == "The field 'phone' is empty; there is nowhere to send to."


def test_a_text_is_in_its_templates_language() -> None:
    template = a_template(body="{{ appointment_at | date: '%B' }}", language="es")
    assert message(content={"templates": {"reminder": template}}).texts.body == "noviembre"


def test_the_same_appointment_of_two_sources_is_two_messages_for_good() -> None:
    other = NewestFileAudience(source_id="others")
    assert message().identity != message({"audience": other}).identity
    assert message().identity == message().identity


def test_the_day_of_the_key_is_that_of_the_field_it_ends_with() -> None:
    key = {"dedupe_key": ("day", "address")}
    one, other = (
        message({"expires_field": "appointment_at"}, key, appointment_at=f"2026-11-{day}T14:30:00-05:00")
        for day in (24, 25)
    )
    assert one.dedupe != other.dedupe


def test_the_day_of_a_fire_makes_no_other_message_of_it_across_fires() -> None:
    """Contents of the first version have the fire's day in their key, and their identity has not."""
    key = {"dedupe_key": ("day", "address"), "text_fills_gaps": False}
    one, other = (message({}, key, now=NOON + timedelta(days=days)) for days in (0, 1))
    assert one.dedupe != other.dedupe
    assert one.identity == other.identity


@pytest.mark.parametrize(
    ("field", "kind", "one", "other", "third"),
    [
        ("phone", FieldType.PHONE, "2125550187", "+1 (212) 555-0187", "2125550188"),
        ("phone", FieldType.TEXT, "2125550187", "1-212-555-0187", "2125550188"),
        ("second", FieldType.PHONE, "2125550143", "+12125550143", "2125550144"),
        ("second", FieldType.PHONE, "n/a", "N/A", "none"),
        ("mail", FieldType.EMAIL, "Ana@Example.com", "ana@example.COM", "ann@example.com"),
        ("due", FieldType.NUMBER, "1234.50", "1234.5", "1234.05"),
        ("due", FieldType.NUMBER, "1000", "1000.00", "100"),
        (
            "visit",
            FieldType.DATETIME,
            "2026-12-24T14:30:00-05:00",
            "2026-12-24T19:30:00+00:00",
            "2026-12-24T14:30:00+00:00",
        ),
    ],
)
def test_a_field_of_the_key_is_compared_by_what_it_is(
    field: str, kind: FieldType, one: str, other: str, third: str
) -> None:
    content = a_content(dedupe_key=(field, "name"))
    content = replace(content, field_types={**content.field_types, field: kind})
    planner = Planner(content, content.campaign.steps[0], NOON)
    plans = [planner.plan(a_recipient({field: text})) for text in (one, other, third)]
    planned = [found for found in plans if isinstance(found, PlannedMessage)]
    assert len(planned) == 3
    assert planned[0].dedupe == planned[1].dedupe != planned[2].dedupe
    assert planned[0].identity == planned[1].identity != planned[2].identity
