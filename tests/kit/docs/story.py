"""The examples of the API's operations, made one after another in a company where they fit together.

`python -m tests.kit.docs.story` makes them again and writes the answers down: `make examples`.
"""

import asyncio
import hashlib
import json
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from fastapi.routing import iter_route_contexts

from functions.api.kit.app import build_app
from functions.api.kit.examples import FOLDER, Example, example_of
from infra.local.emulators import running_emulators
from infra.local.simulator.app import running_simulator
from infra.local.simulator.client import base_urls, simulator_client
from infra.local.simulator.faults import Delays
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.settings import Settings
from tests.kit.clinic import Clinic
from tests.kit.docs.desk import HOOKS, Desk

# In this order each finds what it needs; one that is made twice is shown as it was made last.
ORDER = (
    *("get_company", "change_own_company"),
    *("create_key", "list_keys", "get_key", "rotate_key", "revoke_key"),
    *("list_audit_records", "export_audit_records"),
    *("list_senders", "get_sender", "check_one_sender", "change_one_sender"),
    *("add_one_sender", "pause_one_sender", "resume_one_sender", "list_sender_contents"),
    *("suggest_source", "list_sources", "get_source"),
    *("announce_file", "upload_file", "list_files", "get_file", "get_rejected_rows"),
    *("list_templates", "get_template"),
    *("list_fires", "get_fire", "get_fire_report", "get_range_report"),
    *("list_messages", "export_messages", "get_message"),
    *("list_failures", "export_failures", "get_failure", "requeue_one_failure"),
    *("list_replies", "export_replies", "get_reply", "answer_one_reply", "close_one_reply"),
    *("settle_one_message", "withdraw_one_message", "get_resend_effect", "resend_fire", "get_fire_resend"),
    *("add_opt_out", "upload_opt_outs", "list_opt_outs", "get_opt_out", "end_one_opt_out"),
    *("add_contact_field", "list_contact_fields", "get_contact_field", "change_contact_field"),
    *("add_list", "list_lists", "get_list", "change_list"),
    *("add_contact", "list_contacts", "get_contact", "change_contact", "list_contact_changes"),
    *("get_contact_timeline", "explain_one_contact", "explain_one_address"),
    *("add_segment", "list_segments", "get_segment", "change_segment"),
    *("count_criterion", "count_one_segment"),
    *("add_automation", "list_automations", "get_automation", "change_automation"),
    *("try_one_automation", "publish_one_automation"),
    *("enroll_by_hand", "tell_own_event", "list_enrollments", "get_enrollment"),
    *("change_automation", "get_effect", "publish_one_automation", "list_versions", "get_version"),
    *("pause_one_automation", "resume_one_automation", "drain_one_automation", "undo_one_edit"),
    *("add_mailbox", "list_mailboxes", "get_mailbox", "get_mailbox_health", "change_mailbox"),
    *("add_sequence", "list_sequences", "get_sequence", "change_sequence"),
    *("add_step", "change_step", "preview_sequence", "order_steps", "remove_step", "resume_one_sequence"),
    *("enroll_into_sequence", "get_enrolling", "list_sequence_enrollments", "get_sequence_enrollment"),
    *("list_scheduled_emails", "get_sequence_plan", "foresee_plan_change", "get_plan_effect"),
    "end_sequence_enrollment",
    *("pause_one_sequence", "archive_one_sequence", "delete_mailbox"),
    *("add_broadcast", "list_broadcasts", "get_broadcast", "change_broadcast", "make_due_broadcast"),
    *("cancel_one_broadcast", "delete_one_segment"),
    *("add_list_members", "remove_list_members", "export_contacts_as_csv"),
    "export_contacts_as_xlsx",
    *("announce_import", "upload_contacts", "run_checked_import", "get_rejected_contacts"),
    *(
        "add_list_members",
        "undo_one_import",
        "get_left_contacts",
        "get_contact_import",
        "list_contact_imports",
    ),
    *("list_duplicates", "preview_one_merge", "merge_two_contacts", "undo_one_merge"),
    *("delete_one_contact", "delete_one_list", "delete_contact_field"),
    *("list_notices", "get_notice", "read_notice"),
    *("add_endpoint", "list_endpoints", "get_endpoint", "change_endpoint", "test_endpoint"),
    *("list_webhooks", "get_webhook", "resend_one_webhook", "rotate_endpoint_secret"),
    *("pause_one_endpoint", "resume_one_endpoint", "resend_to_endpoint", "delete_endpoint"),
    *("add_campaign", "list_campaigns", "get_campaign", "change_campaign", "try_times", "get_campaign_times"),
    *("preview_one_campaign", "get_preview", "list_previewed_messages", "get_previewed_row"),
)
# What ends others' work, or changes what they rest on.
LAST = (
    *("add_source", "change_source", "upload_file", "reload_one_file", "list_file_rows", "get_file_row"),
    *("change_file_row", "release_one_file", "reject_one_file", "add_template", "change_template"),
    *("send_one_trial_code", "enter_one_trial_code", "get_trial"),
    "remove_verified_address",
    *("forget_one_person", "list_deletions", "get_deletion"),
    *("put_credentials", "withdraw_new", "put_credentials", "retire_old", "get_credentials"),
    "delete_credentials",
)
# A campaign's way, which needs credentials that work: before they are changed.
FIRST = (
    *("get_company", "add_campaign", "send_one_test", "mark_campaign_ready", "reopen_one_campaign"),
    "mark_campaign_ready",
    "approve_one_campaign",
    *("pause_one_campaign", "resume_one_campaign", "cancel_one_campaign"),
    *("add_campaign", "mark_campaign_ready", "fire_one_campaign", "get_campaign_status"),
)
_ID = re.compile(r"(?<![0-9A-Za-z])(?:SM|AC|HX)?([0-9a-f]{24,64})(?![0-9A-Za-z])")
_KEY = re.compile(r"\brk_[0-9A-Za-z]+_[0-9A-Za-z]+_[0-9a-f]{64}\b")
_SECRET = re.compile(r"\bwhsec_[0-9A-Za-z+/=]+")
_HOOKS = re.compile(r"http://localhost:\d+/")
_LINK = re.compile(r"https?://127\.0\.0\.1:\d+/[^\s\"]*")


def routes() -> dict[str, tuple[str, str]]:
    """Method and path of every operation, by the name of its route."""
    settings = Settings(project_id="p", upload_bucket="b", public_url="u", signing_key="k", secrets="s")
    found = {}
    for context in iter_route_contexts(build_app(Runtime(settings)).routes):
        method = next(iter((context.methods or set()) - {"HEAD"}))
        path = (context.path or "").replace(":path}", "}")  # a value that may hold slashes
        if path.startswith("/v1/") and not path.startswith(("/v1/docs", "/v1/openapi")):
            found[str(context.name)] = (method, path)
    return found


def story(names: Mapping[str, object]) -> list[str]:
    """The order in which the examples of these routes are made: those nobody placed come before the last."""
    placed = {*FIRST, *ORDER, *LAST}
    return [*FIRST, *ORDER, *(name for name in names if name not in placed), *LAST]


class Teller:
    """Makes the examples' requests at a desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._routes = routes()

    async def tell(self, name: str) -> Example:
        """The example with the answer it gets now. Raises AssertionError when it is refused."""
        example = example_of(name)
        assert example is not None, f"{name}: write its request in {FOLDER.name}/{name}.json"
        method, path = self._routes[name]
        response = await self.desk.ask(
            method,
            path.format(**example.path),
            params=example.query,
            body=example.body,
            content=example.content,
        )
        assert response.is_success, f"{name}: {response.status_code} {response.text}"
        kind = response.headers.get("content-type", "")
        is_json = bool(response.content) and kind.startswith("application/json")
        return replace(
            example,
            status=response.status_code,
            answer=response.json() if is_json else None,
            file=response.content.decode("utf-8-sig") if kind.startswith("text/") else None,
        )


async def told(desk: Desk) -> AsyncIterator[Example]:
    """Every example as it is answered now, in the order of the story."""
    teller = Teller(desk)
    for name in story(routes()):
        yield await teller.tell(name)


class Pen:
    """Writes examples down: ids are the same in each writing; no secret or machine's address is kept."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    def write(self, example: Example) -> None:
        """Write the example into its file."""
        path = FOLDER / f"{example.name}.json"
        found = json.loads(path.read_text(encoding="utf-8"))
        text = json.dumps({"answer": example.answer, "file": example.file}, ensure_ascii=False)
        text = _LINK.sub("https://storage.googleapis.com/…", _KEY.sub("rk_…", text))
        text = _HOOKS.sub(f"{HOOKS}/", _SECRET.sub("whsec_…", text))
        text = _ID.sub(self._shown, text)
        written = {name: value for name, value in json.loads(text).items() if value is not None}
        facts = {
            "summary": found["summary"],
            "request": found["request"],
            "status": example.status,
            **written,
        }
        path.write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def _shown(self, found: re.Match[str]) -> str:
        number = self._ids.setdefault(found[1], str(len(self._ids)))
        shown = hashlib.sha256(f"example {number}".encode()).hexdigest()[: len(found[1])]
        return found[0].replace(found[1], shown)


# Counts by reason: what they count is no field.
COUNTED = {"skipped", "failed", "unknown", "deliveries", "undelivered", "dispositions", "replies"}


def shape(value: Any) -> Any:
    """What kind of answer it is: its fields at any depth, and of a list its kinds of item."""
    if isinstance(value, dict):
        return {
            name: "counts" if name in COUNTED and isinstance(item, dict) else shape(item)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return sorted({repr(shape(item)): shape(item) for item in value}.values(), key=repr)
    return type(value).__name__ if value is not None else "null"


async def main() -> int:
    """Make every example again, and write the answers down."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with (
            running_emulators(folder, project_id="rollcall-examples", bucket="uploads") as emulators,
            running_simulator(folder / "simulator.sqlite", delays=Delays(receipt=0.01, slow=0.2)) as address,
            simulator_client(address) as simulator,
        ):
            os.environ.update(emulators.env)
            settings = Settings(
                project_id=emulators.project_id,
                upload_bucket="uploads",
                public_url="http://127.0.0.1:9",
                signing_key="signing-key",
                secrets=str(folder / "secrets.json"),
                provider_base_urls=base_urls(address),
                caller_token="caller-token",
                storage_public_url=emulators.storage,
                storage_emulator_host=emulators.storage,
            )
            clinic = Clinic(Runtime(settings), simulator)
            await clinic.open()
            desk = Desk(clinic, folder)
            await desk.open()
            pen = Pen()
            for example in [example async for example in told(desk)]:
                pen.write(example)
            await desk.close()
            await clinic.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
