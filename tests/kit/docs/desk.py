"""Somebody at a desk with the documents open, who types their curl commands."""

import json
import re
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx

from functions.api.kit.app import build_app
from infra.local.simulator.client import TwilioAccount
from shared.domain.companies.api_key import Scope
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.contact_import import ImportState
from shared.domain.files.file import FileState
from shared.domain.fires.fire import Fire
from shared.domain.fires.notice import sender_notice
from shared.domain.ids import computed_id
from shared.domain.job import IngestFile
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery
from shared.domain.record import replace
from shared.usecases.companies.change_trial import change_trial
from shared.usecases.companies.create_api_key import create_api_key
from shared.usecases.contacts.change_contacts import change_contacts
from shared.usecases.run_job import run_job
from tests.kit.builders import NOON, an_sms_sender
from tests.kit.clinic import LOST, Clinic
from tests.kit.docs.curl import CurlRequest, read_curl
from tests.kit.docs.markdown import Words
from tests.kit.docs.people import PEOPLE
from tests.kit.hooks import lets_local, running_hooks
from tests.kit.tabular.appointments import VISIT, calendar, event

API = "http://api.test/v1"
HOOKS = "https://hooks.example.com"  # what webhooks go to in the documents: here a receiver on this machine
TODAY = """Patient,Phone,When,State
Ana,(212) 555-0187,12/24/2099 14:30,NY
Ben,555,12/24/2099 15:00,NY
Cleo,(212) 555-0189,12/24/2099 15:30,NY
Dan,(212) 555-0190,yesterday,NY
"""
VISITS = calendar(
    event("1", *VISIT), event("2", *VISIT), event("3", *VISIT, "STATUS:CANCELLED"), method="PUBLISH"
)
TRIAL_CODES = "/v1/trial/codes"
TWIN = "00112233445566778899aabb"
DESK = Author(ChangedBy.SYSTEM, "desk")
# What a word in capitals stands for, once something of this kind was made.
NOUNS = {
    "api-keys": "KEY",
    "automations": "AUTOMATION",
    "broadcasts": "BROADCAST",
    "campaigns": "CAMPAIGN",
    "contact-fields": "CONTACT_FIELD",
    "contact-imports": "CONTACT_IMPORT",
    "contact-lists": "CONTACT_LIST",
    "contacts": "CONTACT",
    "files": "FILE",
    "webhook-endpoints": "ENDPOINT",
    "fires": "FIRE",
    "opt-outs": "OPT_OUT",
    "segments": "SEGMENT",
    "sequences": "SEQUENCE",
    "previews": "PREVIEW",
    "sources": "SOURCE",
    "templates": "TEMPLATE",
}
# What an answer's id stands for where it has no address of its own.
WITHOUT_PLACE = {
    "/v1/deletions": "DELETION",
    "/v1/contact-merges": "MERGE",
    "/v1/sequence-plan/effect": "EFFECT",
}
# What one stands for after an answer that has this field.
ANSWERED = {"next_cursor": "CURSOR", "url": "LINK", "content_hash": "CONTENT_HASH"}


class Desk:
    """The clinic's API, and what the words in capitals stand for so far."""

    def __init__(self, clinic: Clinic, folder: Path) -> None:
        self.clinic = clinic
        self.folder = folder
        self.places: dict[str, str] = {}
        transport = httpx.ASGITransport(app=build_app(clinic.runtime))
        self._api = httpx.AsyncClient(transport=transport)
        self._others = httpx.AsyncClient()  # where upload links lead
        self._receiver = AsyncExitStack()

    async def open(self) -> None:
        """A key, the files that commands name, and a fire with something of everything."""
        clinic = self.clinic
        clinic.stop_clock(NOON)
        for one in PEOPLE:
            await clinic.stores.users.save(clinic.company_id, one.id, one)
        _, key = await create_api_key(
            clinic.runtime, clinic.company_id, "desk", [Scope.ADMIN], made_by=(PEOPLE[0].id,)
        )
        _, another = await create_api_key(
            clinic.runtime, clinic.company_id, "another", [Scope.SEND], made_by=(PEOPLE[1].id,)
        )
        self._shell = {"$API": API, "$AUTH": f"Authorization: Bearer {key}"}
        self._shell["$OTHER"] = f"Authorization: Bearer {another}"
        self._shell["$JSON"] = "Content-Type: application/json"
        lets_local(clinic.runtime)
        hooks = await self._receiver.enter_async_context(running_hooks())
        self._shell[HOOKS] = hooks.url().removesuffix("/hooks")
        credentials = await clinic.credentials("texts")
        (self.folder / "twilio.json").write_text(json.dumps(credentials))
        (self.folder / "new.json").write_text(
            json.dumps({**credentials, "auth_token": "0123456789abcdef" * 2})
        )
        (self.folder / "today.csv").write_text(TODAY)
        (self.folder / "visits.ics").write_text(VISITS)
        await self._furnish()

    async def close(self) -> None:
        """Close all connections."""
        await self._api.aclose()
        await self._others.aclose()
        await self._receiver.aclose()

    async def _furnish(self) -> None:
        clinic, stores, company_id = self.clinic, self.clinic.stores, self.clinic.company_id
        fields = await clinic.credentials("texts")
        account = TwilioAccount(sid=fields["account_sid"], token=fields["auth_token"])
        text = "Hello {{1}}, you have an appointment on {{2}}. Will you come?"
        await clinic.simulator.add_content(
            account, text, name="appointment", buttons={"yes": "Yes", "no": "No"}, variables={"1": "Ana"}
        )
        phones = ("(212) 555-0187", "555", LOST, "(212) 555-0189")
        fire = await clinic.fire_for(*phones)
        [failure] = [one for one in await clinic.failures() if one.fire_id == fire.id]
        messages = await clinic.messages()
        lost = replace(messages[-1], delivery=Delivery.UNDELIVERED, delivery_code="30003")
        lost = replace(lost, delivery_reason="The phone was switched off or out of reach.")
        await stores.messages.save(company_id, lost.id, lost)
        reply = await clinic.write("+12125550187", "what is this?")
        notice = sender_notice(replace(an_sms_sender(), paused_reason="It is suspended."), NOON)
        await stores.notices.save(company_id, notice.id, notice)
        clean = await clinic.load({"Patient": "Eva"}, {"Patient": "Fay", "Phone": "(212) 555-0191"})
        twin = Contact(id=TWIN, created_at=NOON, changed_at=NOON, name="Ana Vega-Ruiz", language="en")
        await change_contacts(clinic.runtime, company_id, {TWIN: lambda _: twin}, DESK)
        self.places = {
            "TWIN": TWIN,
            "SOURCE": "appointments",
            "FILE": clean.id,
            "SMS_TEMPLATE": "reminder",
            "SENDER": "texts",
            "MAILBOX": "mails",
            "ACCOUNT": fields["account_sid"],
            "TOKEN": fields["auth_token"],
            "CAMPAIGN": fire.campaign_id,
            "FIRE": fire.id,
            "FAILED_FIRE": fire.id,
            "CLEAN_FILE": clean.id,
            "FAILURE": failure.id,
            "MESSAGE": next(one.id for one in messages if one.state is MessageState.UNKNOWN),
            "WAITING": await self._waiting(fire, messages[0]),
            "REPLY": reply.id,
            "CANDIDATE": reply.candidates[0],
            "NOTICE": notice.id,
        }

    async def _waiting(self, fire: Fire, message: Message) -> str:
        """A message that waits, of a fire of its own; its id."""
        stores, company_id = self.clinic.stores, self.clinic.company_id
        steps = tuple(replace(step, planned=1, chunk_count=0) for step in fire.steps)
        other = replace(fire, id=computed_id("waiting fire"), steps=steps, chunks_stored=True)
        waiting = replace(
            message,
            id=computed_id("waiting"),
            fire_id=other.id,
            state=MessageState.QUEUED,
            provider_id=None,
            sent_at=None,
        )
        await stores.fires.save(company_id, other.id, other)
        await stores.messages.save(company_id, waiting.id, waiting)
        return waiting.id

    async def type(self, words: Words) -> httpx.Response:
        """Run one command. What it makes, later commands can name."""
        request = read_curl(tuple(self._filled(word) for word in words), self.folder)
        response = await self._send(request)
        if request.output is not None:
            request.output.write_bytes(response.content)
        self._learn(response)
        await self._load_uploads()
        return response

    async def ask(
        self, method: str, path: str, *, params: dict[str, str], body: Any, content: str | None
    ) -> httpx.Response:
        """Make one request. Words in capitals are filled in, and what it makes later ones can name."""
        is_code = path == TRIAL_CODES
        if is_code:
            await change_trial(self.clinic.runtime, self.clinic.company_id, is_on=True)
        sent = content if body is None else json.dumps(body)
        key = self._shell["$OTHER" if path.endswith("/approve") else "$AUTH"]  # who asks may not approve
        response = await self._api.request(
            method,
            API.removesuffix("/v1") + self._filled(path),
            params={name: self._filled(value) for name, value in params.items()},
            content=None if sent is None else self._filled(sent).encode(),
            headers=dict(
                one.split(": ", 1) for one in (key, *([] if body is None else [self._shell["$JSON"]]))
            ),
        )
        self._learn(response)
        if is_code:
            received = await self.clinic.accepted(response.json()["address"])
            [self.places["CODE"]] = re.findall(r"\b\d{6}\b", received[-1]["body"])
        await self._load_uploads()
        return response

    def _filled(self, word: str) -> str:
        for name, value in self._shell.items():
            word = word.replace(name, value)
        assert "$" not in word, f"no variable of the documents: {word}"
        names = "|".join(sorted(self.places, key=len, reverse=True))
        return re.sub(rf"\b({names})\b", lambda found: self.places[found[1]], word)

    async def _send(self, request: CurlRequest) -> httpx.Response:
        client = self._api if request.url.startswith(API) else self._others
        return await client.request(
            request.method, request.url, headers=request.headers, content=request.body
        )

    def _learn(self, response: httpx.Response) -> None:
        _, _, place = response.headers.get("location", "").partition("/v1/")
        noun, _, item_id = place.partition("/")
        if noun in NOUNS and "/" not in item_id:
            self.places[NOUNS[noun]] = item_id
        answer = json_of(response)
        if response.url.path.endswith("/versions"):
            self.places["VERSION"] = answer["items"][0]["id"]
        if "/sequences" in response.url.path:
            self._learn_sequence(response.url.path, answer)
        if response.url.path.endswith("/enroll"):
            self.places["ENROLLMENT"] = answer["items"][0]["id"]
        if isinstance(answer, dict):
            self.places |= {word: answer[name] for name, word in ANSWERED.items() if answer.get(name)}
            for path, word in WITHOUT_PLACE.items():
                if response.url.path == path and "id" in answer:
                    self.places[word] = answer["id"]
            if response.url.path.startswith("/v1/fires/") and response.url.path.endswith("/resend"):
                self.places["RESEND"] = answer["id"]
            if response.url.path.endswith("/test"):
                self.places["DELIVERY"] = answer["id"]

    def _learn_sequence(self, path: str, answer: Any) -> None:
        if path.endswith("/enrollings"):
            self.places["ENROLLING"] = answer["id"]
        elif path.endswith("/enrollments"):
            self.places["SEQUENCE_ENROLLMENT"] = answer["items"][0]["id"]
        elif answer.get("steps"):
            self.places |= {"FIRST_STEP": answer["steps"][0]["id"], "STEP": answer["steps"][-1]["id"]}

    async def _load_uploads(self) -> None:
        """What Cloud Storage's notification sets going."""
        runtime = self.clinic.runtime
        files = await self.clinic.stores.files.page(self.clinic.company_id, limit=100)
        imports = await self.clinic.stores.contact_imports.page(self.clinic.company_id, limit=100)
        names = [one.object_name for one in files.items if one.state is FileState.AWAITING_UPLOAD]
        names += [one.object_name for one in imports.items if one.state is ImportState.AWAITING_UPLOAD]
        for name in names:
            stored = await runtime.files.find(name)
            if stored is not None:
                bucket = runtime.settings.upload_bucket
                job = IngestFile(bucket=bucket, object_name=name, generation=stored.generation)
                await run_job(runtime, job)


def json_of(response: httpx.Response) -> Any:
    """The answer, when it is JSON."""
    is_json = "json" in response.headers.get("content-type", "")
    return response.json() if is_json and response.content else None


def differences(shown: Any, answer: Any, place: str = "") -> list[str]:
    """Where an answer in a document is not what the API answers.

    Every field that is shown must be there, with a value of its kind. Texts are equal, but for those with
    dots; of a list the first item counts; null says nothing, as it stands for anything.
    """
    if shown is None:
        return []
    if isinstance(shown, dict) and isinstance(answer, dict):
        missing = [f"{place}.{name} is missing" for name in shown.keys() - answer.keys()]
        both = [name for name in shown if name in answer]
        return missing + [
            fault for name in both for fault in differences(shown[name], answer[name], f"{place}.{name}")
        ]
    if isinstance(shown, list) and isinstance(answer, list):
        if not shown:
            return []
        return differences(shown[0], answer[0], f"{place}[0]") if answer else [f"{place} is empty"]
    if isinstance(shown, str) and isinstance(answer, str):
        return [] if shown == answer or "…" in shown else [f"{place} is {answer!r}, not {shown!r}"]
    is_like = isinstance(answer, type(shown)) or (isinstance(shown, float) and isinstance(answer, int))
    return [] if is_like else [f"{place} is {answer!r}, not like {shown!r}"]
