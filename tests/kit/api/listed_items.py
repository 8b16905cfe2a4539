"""Items of the API's lists."""

from shared.domain.campaigns.audience import FilePart, FoundAudience
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import Channel
from shared.domain.companies.api_key import ApiKey
from shared.domain.companies.audit_record import ActorKind, AuditAction, AuditedItem, AuditRecord
from shared.domain.contacts.opt_out import OptOut, OptOutSource
from shared.domain.files.file import File, FileState
from shared.domain.fires.fire import Fire
from shared.domain.fires.notice import Notice, NoticeKind
from shared.domain.messages.failure import Failure, FailureStep
from shared.domain.messages.reply import Reply
from shared.domain.replies.asked import Flag, ReplyMeaning
from tests.kit.builders import (
    NOON,
)

ANA, BOB = "+12125550187", "+12125550143"


def a_listed_file() -> File:
    return File(
        id="", source_id="s1", name="day.csv", object_name="o", created_at=NOON, state=FileState.LOADED
    )


def a_listed_fire() -> Fire:
    return Fire(
        id="",
        campaign_id="c1",
        slot="s",
        content_hash="h",
        fired_at=NOON,
        audience=a_listed_audience("file1"),
    )


def a_listed_audience(*file_ids: str) -> FoundAudience:
    return FoundAudience(
        parts=tuple(FilePart(file_id=one, recipient_count=1, chunk_count=1) for one in file_ids)
    )


def a_listed_failure() -> Failure:
    return Failure(
        id="",
        step=FailureStep.RENDER,
        field="name",
        value="",
        kind="render",
        reason="There is no name.",
        created_at=NOON,
        fire_id="f1",
        file_id="file1",
        campaign_id="c1",
        values={"phone": "(212) 555-0187", "name": "", "visit": "06/14/2027 09:30"},
    )


def a_listed_reply() -> Reply:
    return Reply(
        id="",
        sender_id="texts",
        channel=Channel("sms"),
        address=ANA,
        body="1",
        received_at=NOON,
        meaning=ReplyMeaning.ANSWER,
        message_id="m1",
        campaign_id="c1",
        fire_id="f1",
        disposition=Disposition.CONFIRMED,
        flags=(Flag.NOTE,),
    )


def a_listed_key() -> ApiKey:
    return ApiKey(id="", name="CI", prefix="rk_acme_one", digest="0" * 64, scopes=(), created_at=NOON)


def a_listed_opt_out() -> OptOut:
    return OptOut(
        id="",
        channel=Channel("sms"),
        address=ANA,
        is_active=True,
        source=OptOutSource.API,
        changed_at=NOON,
    )


def a_listed_notice() -> Notice:
    return Notice(
        id="",
        kind=NoticeKind.FIRE_REFUSED,
        text="Look.",
        created_at=NOON,
        sender_id="texts",
        campaign_id="c1",
    )


def a_listed_audit_record() -> AuditRecord:
    return AuditRecord(
        id="",
        at=NOON,
        by=ActorKind.USER,
        by_id="user1",
        by_name="Dana",
        came_from="203.0.113.7",
        operation="make_key",
        nouns=("API key",),
        items=(AuditedItem(noun="API key", id="k1", name="night job", action=AuditAction.CREATED),),
        item_count=1,
    )
