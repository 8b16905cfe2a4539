"""Two companies, and the client their programs call the API with."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx

from functions.api.kit.app import build_app
from infra.local.simulator.client import SimulatorClient
from shared.domain.campaigns.audience import FilePart, FoundAudience
from shared.domain.channels.channel import Channel
from shared.domain.companies.api_key import ApiKey, Scope
from shared.domain.companies.user import Role, User
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.contact_field import ContactField, FieldKind
from shared.domain.contacts.contact_import import ContactImport
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.opt_out import OptOut, OptOutSource
from shared.domain.contacts.segment import HasTag, Segment
from shared.domain.deletion import Deletion
from shared.domain.events.webhook_delivery import webhook
from shared.domain.files.file import File, FileState
from shared.domain.fires.fire import Fire
from shared.domain.fires.group_resend import GroupResend
from shared.domain.fires.preview import Preview
from shared.domain.job import Job
from shared.domain.messages.failure import Failure, FailureStep
from shared.domain.messages.reply import Reply
from shared.domain.messages.saved_reply import SavedReply
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.domain.sequences.plan_effect import PlanEffect
from shared.providers.kit import http as provider_http
from shared.runtime import Runtime
from shared.usecases.companies.create_api_key import create_api_key
from shared.usecases.contacts.change_contacts import change_contacts
from tests.kit import sequence_records as of_sequences
from tests.kit.api.listed_items import a_listed_audit_record
from tests.kit.builders import (
    NOON,
    a_broadcast,
    a_campaign,
    a_company,
    a_contact,
    a_message,
    a_source,
    a_template,
    a_version,
    an_automation,
    an_endpoint,
    an_enrollment,
    an_event,
    an_sms_sender,
)

OURS, THEIRS = "acme", "globex"


class Office:
    """The companies `acme` (ours) and `globex` (theirs), with the same kinds of things in each."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.stores = runtime.stores
        self.published: list[Job] = []
        runtime.publisher = self
        transport = httpx.ASGITransport(app=build_app(runtime))
        self.http = httpx.AsyncClient(transport=transport, base_url="http://api.test")
        self.keys: dict[str, str] = {}

    async def publish(self, jobs: Sequence[Job]) -> None:
        """Keep the jobs: what they do is tested elsewhere."""
        self.published += jobs

    async def open(self, simulator: SimulatorClient) -> None:
        """Store both companies, an admin key for each, and its sender's account, as Twilio knows it."""
        self.simulator, self.account = simulator, await simulator.add_account()
        await simulator.add_number(self.account, an_sms_sender().address)
        for company_id in (OURS, THEIRS):
            credentials = {"account_sid": self.account.sid, "auth_token": self.account.token}
            await self.runtime.secrets.add(company_id, f"sender-{company_id}", credentials, NOON)
        await asyncio.gather(*(self._open(company_id) for company_id in (OURS, THEIRS)))

    async def _open(self, company_id: str) -> None:
        await self.stores.companies.add(a_company(id=company_id, name=company_id.title()))
        self.keys[company_id] = await self.key(Scope.ADMIN, company_id=company_id)
        await self._furnish(company_id)

    async def _furnish(self, company_id: str) -> None:
        """One of each thing. Ids carry the company's name, so that each is in one company only."""
        stores, suffix = self.stores, f"-{company_id}"
        named = {
            stores.sources: a_source(id=f"source{suffix}"),
            stores.templates: a_template(id=f"template{suffix}"),
            stores.senders: an_sms_sender(id=f"sender{suffix}"),
            stores.campaigns: a_campaign(id=f"campaign{suffix}"),
            stores.messages: a_message(id=f"message{suffix}", fire_id=f"fire{suffix}"),
            stores.files: File(
                id=f"file{suffix}",
                source_id=f"source{suffix}",
                name="day.csv",
                object_name=f"companies/{company_id}/files/file/upload",
                created_at=NOON,
                state=FileState.LOADED,
                rejected_object_name=f"companies/{company_id}/files/file/rejected.csv",
            ),
            stores.fires: Fire(
                id=f"fire{suffix}",
                campaign_id=f"campaign{suffix}",
                slot="s",
                content_hash="h",
                fired_at=NOON,
                audience=FoundAudience(
                    parts=(FilePart(file_id=f"file{suffix}", recipient_count=0, chunk_count=0),)
                ),
            ),
            stores.failures: Failure(
                id=f"failure{suffix}",
                step=FailureStep.ADDRESS,
                field="phone",
                value="=1+1",
                kind="address",
                reason="The number is too short.",
                row_number=2,
                created_at=NOON,
                fire_id=f"fire{suffix}",
                values={"phone": "=1+1", "name": "Ana"},
            ),
            stores.previews: Preview(
                id=f"preview{suffix}", campaign_id=f"campaign{suffix}", content_hash="h", made_at=NOON
            ),
            stores.replies: Reply(
                id=f"reply{suffix}",
                sender_id=f"sender{suffix}",
                channel=Channel("sms"),
                address="+12125550187",
                body="maybe",
                received_at=NOON,
                meaning=ReplyMeaning.UNCLEAR,
            ),
            stores.users: User(
                id=f"user{suffix}",
                email=f"dana@{company_id}.example.org",
                name="Dana",
                role=Role.VIEWER,
                password_hash="",
                created_at=NOON,
                sessions_since=NOON,
            ),
            stores.contact_fields: ContactField(
                id=f"field{suffix}", name="Level", kind=FieldKind.NUMBER, created_at=NOON
            ),
            stores.contact_lists: ContactList(
                id=f"list{suffix}", name="Regulars", created_at=NOON, updated_at=NOON
            ),
            stores.segments: Segment(
                id=f"segment{suffix}",
                name="VIPs",
                criterion=HasTag(value="vip"),
                created_at=NOON,
                updated_at=NOON,
            ),
            stores.api_keys: ApiKey(
                id=f"key{suffix}",
                name="night job",
                prefix=f"rk_{company_id}_key",
                digest="",
                scopes=(Scope.READ,),
                created_at=NOON - timedelta(days=1),
            ),
            stores.audit_records: replace(a_listed_audit_record(), id=f"audit{suffix}"),
            stores.saved_replies: SavedReply(
                id=f"saved{suffix}", name="Hours", text="Until five.", created_at=NOON, updated_at=NOON
            ),
            stores.broadcasts: a_broadcast(id=f"broadcast{suffix}", series_id=f"broadcast{suffix}"),
            stores.automations: an_automation(id=f"automation{suffix}"),
            stores.automation_versions: a_version(id=f"version{suffix}", automation_id=f"automation{suffix}"),
            stores.automation_enrollments: an_enrollment(
                id=f"enrollment{suffix}", automation_id=f"automation{suffix}", contact_id=f"contact{suffix}"
            ),
            stores.mailboxes: of_sequences.a_mailbox(id=f"mailbox{suffix}"),
            stores.sequences: of_sequences.a_sequence(
                id=f"sequence{suffix}", mailbox_ids=(f"mailbox{suffix}",)
            ),
            stores.enrollings: of_sequences.an_enrolling(
                id=f"enrolling{suffix}", sequence_id=f"sequence{suffix}"
            ),
            stores.enrollments: of_sequences.an_enrollment(
                id=f"enrollment{suffix}", sequence_id=f"sequence{suffix}"
            ),
            stores.scheduled_emails: of_sequences.a_scheduled_email(
                id=f"email{suffix}", enrollment_id=f"enrollment{suffix}", sequence_id=f"sequence{suffix}"
            ),
            stores.group_resends: GroupResend(
                id=f"resend{suffix}",
                fire_id=f"fire{suffix}",
                reasons=("not_delivered 30003",),
                asked_by="ops",
                asked_at=NOON,
                total=1,
            ),
            stores.plan_effects: PlanEffect(
                id=f"effect{suffix}", asked_at=NOON, removed_id=f"mailbox{suffix}"
            ),
            stores.contact_imports: ContactImport(
                id=f"import{suffix}",
                name="people.csv",
                object_name=f"companies/{company_id}/contact_imports/import{suffix}/upload",
                created_at=NOON,
                created_by="a test",
                match_by="key",
            ),
            stores.webhook_endpoints: an_endpoint(id=f"endpoint{suffix}"),
            stores.webhook_deliveries: replace(
                webhook(an_endpoint(id=f"endpoint{suffix}"), [an_event()], NOON), id=f"delivery{suffix}"
            ),
            stores.deletions: Deletion(id=f"deletion{suffix}", asked_by="ops", started_at=NOON),
            stores.opt_outs: OptOut(
                id=f"opt-out{suffix}",
                channel=Channel("sms"),
                address="+12125550188",
                is_active=True,
                source=OptOutSource.REPLY,
                changed_at=NOON,
            ),
        }
        writer = stores.db.batch()
        for collection, record in named.items():
            collection.put(writer, company_id, record.id, record)  # type: ignore[attr-defined]
        await writer.commit()
        contact = a_contact(id=f"contact{suffix}", key=f"P-{company_id}", version=0)
        await change_contacts(
            self.runtime,
            company_id,
            {contact.id: lambda _: contact},
            Author(ChangedBy.SYSTEM, "a test"),
            change_id=f"change{suffix}",
        )

    async def close(self) -> None:
        """Close all connections."""
        await self.http.aclose()
        await provider_http.aclose()
        self.stores.db.close()  # type: ignore[no-untyped-call]

    async def key(self, *scopes: Scope, company_id: str = OURS, **options: Any) -> str:
        """A new key's text."""
        _, text = await create_api_key(self.runtime, company_id, "Test", scopes, **options)
        return text

    async def call(
        self, method: str, path: str, *, key: str | None = None, company_id: str = OURS, **options: Any
    ) -> httpx.Response:
        """Call the API with the company's admin key, or another."""
        headers = {"Authorization": f"Bearer {key or self.keys[company_id]}"} | options.pop("headers", {})
        return await self.http.request(method, path, headers=headers, **options)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """GET."""
        return await self.call("GET", path, **options)

    async def post(self, path: str, body: object = None, **options: Any) -> httpx.Response:
        """POST JSON, or nothing."""
        if body is not None:
            options["json"] = body
        return await self.call("POST", path, **options)


def assert_problem(response: httpx.Response, status: int, *fields: str) -> dict[str, Any]:
    """The response is a problem document with this status that names these fields."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["status"] == status
    assert document["type"].startswith("urn:rollcall:problem:")
    assert document["title"]
    assert document["detail"]
    assert document["instance"].startswith("/")
    assert [item["field"] for item in document.get("errors", ())] == list(fields)
    return document
