"""The content hash changes with everything that decides what goes to whom and when, and with nothing else."""

from datetime import time, timedelta

import pytest

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.freezing import frozen
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.files.source import FieldType
from shared.domain.record import replace
from shared.domain.templates.message_filter import FilterKind, MessageFilter
from tests.kit.builders import ALWAYS, NOON, a_campaign, a_step, a_template, an_audience, an_sms_sender

LATER = NOON + timedelta(hours=1)


def a_content(**changes: object) -> CampaignContent:
    content = CampaignContent(
        content_hash="",
        campaign=a_campaign(),
        templates={"reminder": a_template()},
        senders={"texts": an_sms_sender()},
        field_types={
            "name": FieldType.TEXT,
            "phone": FieldType.PHONE,
            "appointment_at": FieldType.DATETIME,
        },
        field_regions={},
        dedupe_key=("day", "person"),
        company_time_zone="America/New_York",
        default_region="US",
    )
    return replace(content, **changes)  # type: ignore[arg-type]


BASE = frozen(a_content(), "file").content_hash
MATTERS = {
    "audience": {"campaign": a_campaign(audience=an_audience("f"))},
    "steps": {"campaign": a_campaign(steps=(a_step(address_field="mobile"),))},
    "window": {"campaign": a_campaign(window=replace(ALWAYS, opens=time(9)))},
    "schedule": {"campaign": a_campaign(schedule=Schedule(kind=ScheduleKind.ONCE, at=NOON))},
    "reply options": {"campaign": a_campaign(reply_options=())},
    "expiry": {"campaign": a_campaign(expires_field="appointment_at")},
    "filters": {"campaign": a_campaign(filters=(MessageFilter(kind=FilterKind.STRIP),))},
    "body": {"templates": {"reminder": a_template(body="Hi {{ name }}")}},
    "subject": {"templates": {"reminder": a_template(subject="Hi")}},
    "sender's address": {"senders": {"texts": an_sms_sender(address="+12125550101")}},
    "sender's name": {"senders": {"texts": an_sms_sender(name="Acme")}},
    "field types": {"field_types": {**a_content().field_types, "name": FieldType.DATE}},
    "field regions": {"field_regions": {"phone": "MX"}},
    "dedupe key": {"dedupe_key": ("person",)},
    "time zone": {"company_time_zone": "America/Chicago"},
    "region": {"default_region": "CA"},
}
DOES_NOT = {
    "state": {"campaign": a_campaign(state=CampaignState.SCHEDULED)},
    "life": {
        "campaign": a_campaign(
            state=CampaignState.PAUSED,
            content_hash="x",
            next_fire_at=LATER,
            last_fire_id="f",
            paused_from=CampaignState.READY,
        )
    },
    "campaign's times": {"campaign": a_campaign(updated_at=LATER)},
    "template's times": {"templates": {"reminder": a_template(updated_at=LATER, created_at=LATER)}},
    "template's name": {"templates": {"reminder": a_template(name="Reminder, new")}},
    "sender pause": {"senders": {"texts": an_sms_sender(is_paused=True, paused_reason="limit")}},
    "order": {"field_types": dict(reversed(a_content().field_types.items()))},
    "hash before": {"content_hash": "old"},
}


@pytest.mark.parametrize("changes", MATTERS.values(), ids=MATTERS)
def test_the_hash_changes_with(changes: dict[str, object]) -> None:
    assert frozen(a_content(**changes), "file").content_hash != BASE


@pytest.mark.parametrize("changes", DOES_NOT.values(), ids=DOES_NOT)
def test_the_hash_does_not_change_with(changes: dict[str, object]) -> None:
    assert frozen(a_content(**changes), "file").content_hash == BASE


def test_the_hash_changes_with_the_file() -> None:
    assert len({frozen(a_content(), file).content_hash for file in (None, "file", "other")}) == 3


def test_freezing_again_gives_the_same_and_keeps_the_content() -> None:
    content = frozen(a_content(), "file")
    assert frozen(content, "file") == content
    assert replace(content, content_hash="") == a_content()
