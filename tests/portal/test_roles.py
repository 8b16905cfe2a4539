"""Who may do what: every route of the portal for nobody, every role, and another company's admin."""

import pytest

from functions.portal.kit.app import PARTS, routes_of
from functions.portal.kit.pages import PageRoute
from shared.domain.companies.api_key import Scope
from shared.domain.companies.user import SCOPES, Role
from tests.kit.api.exports import store_exports
from tests.kit.api.office import OURS, THEIRS, Office
from tests.kit.portal.page_addresses import NOUNS
from tests.kit.portal.visitor import Visitor
from tests.portal.conftest import SignedIn

# Every route with the scope it needs; None is open to everybody. A route without a row fails.
R, W, S, A = Scope.READ, Scope.WRITE, Scope.SEND, Scope.ADMIN
ROWS: dict[tuple[str, str], Scope | None] = {
    ("GET", "/health"): None,
    ("GET", "/sign-in"): None,
    ("POST", "/sign-in"): None,
    ("GET", "/sign-in/code"): None,
    ("POST", "/sign-in/code"): None,
    ("GET", "/sign-in/with/{company_id}"): None,
    ("GET", "/sign-in/callback"): None,
    ("GET", "/sign-in/forgotten"): None,
    ("GET", "/invitation/{token}"): None,
    ("POST", "/invitation/{token}"): None,
    ("GET", "/"): R,
    ("POST", "/sign-out"): R,
    ("GET", "/account"): R,
    ("POST", "/account/password"): R,
    ("POST", "/account/sign-out-everywhere"): R,
    ("GET", "/account/second-factor"): R,
    ("POST", "/account/second-factor"): R,
    ("GET", "/account/second-factor/code"): R,
    ("POST", "/account/second-factor/code"): R,
    ("POST", "/account/second-factor/recovery-codes"): R,
    ("POST", "/account/second-factor/remove"): R,
    ("GET", "/files"): R,
    ("GET", "/files/new"): W,
    ("POST", "/files"): W,
    ("POST", "/files/announce"): W,
    ("GET", "/files/{file_id}"): R,
    ("GET", "/files/{file_id}/progress"): R,
    ("GET", "/files/{file_id}/rejected.csv"): R,
    ("GET", "/files/{file_id}/rejected"): W,
    ("POST", "/files/{file_id}/rejected"): W,
    ("POST", "/files/{file_id}/release"): S,
    ("GET", "/files/{file_id}/reject"): W,
    ("POST", "/files/{file_id}/reject"): W,
    ("POST", "/files/{file_id}/reload"): W,
    ("GET", "/files/{file_id}/rows"): R,
    ("GET", "/files/{file_id}/rows/{number:int}"): R,
    ("POST", "/files/{file_id}/rows/{number:int}"): W,
    ("GET", "/sources"): R,
    ("GET", "/sources/{source_id}"): R,
    ("POST", "/sources/{source_id}"): W,
    ("GET", "/templates"): R,
    ("POST", "/templates/measure"): R,
    ("GET", "/campaigns"): R,
    ("GET", "/campaigns/new"): W,
    ("POST", "/campaigns"): W,
    ("POST", "/campaigns/audience/count"): R,
    ("GET", "/campaigns/{campaign_id}"): R,
    ("POST", "/campaigns/{campaign_id}"): W,
    ("GET", "/campaigns/{campaign_id}/edit"): W,
    ("POST", "/campaigns/{campaign_id}/preview"): W,
    ("POST", "/campaigns/{campaign_id}/ready"): S,
    ("GET", "/campaigns/{campaign_id}/approve"): S,
    ("POST", "/campaigns/{campaign_id}/approve"): S,
    ("GET", "/campaigns/{campaign_id}/fire"): S,
    ("POST", "/campaigns/{campaign_id}/fire"): S,
    ("GET", "/campaigns/{campaign_id}/cancel"): S,
    ("POST", "/campaigns/{campaign_id}/cancel"): S,
    ("POST", "/campaigns/{campaign_id}/duplicate"): W,
    ("GET", "/campaigns/{campaign_id}/pause"): S,
    ("POST", "/campaigns/{campaign_id}/pause"): S,
    ("GET", "/campaigns/{campaign_id}/resume"): S,
    ("POST", "/campaigns/{campaign_id}/resume"): S,
    ("GET", "/campaigns/{campaign_id}/reopen"): S,
    ("POST", "/campaigns/{campaign_id}/reopen"): S,
    ("GET", "/campaigns/{campaign_id}/test"): W,
    ("POST", "/campaigns/{campaign_id}/test"): W,
    ("GET", "/campaigns/{campaign_id}/test/{message_id}"): W,
    ("GET", "/campaigns/{campaign_id}/steps/new"): W,
    ("POST", "/campaigns/{campaign_id}/steps"): W,
    ("GET", "/campaigns/{campaign_id}/steps/{place:int}"): W,
    ("POST", "/campaigns/{campaign_id}/steps/{place:int}"): W,
    ("POST", "/campaigns/{campaign_id}/steps/{place:int}/remove"): W,
    ("GET", "/automations"): R,
    ("GET", "/automations/new"): W,
    ("POST", "/automations"): W,
    ("GET", "/automations/{automation_id}"): R,
    ("GET", "/automations/{automation_id}/moving"): R,
    ("GET", "/automations/{automation_id}/draft"): W,
    ("GET", "/automations/{automation_id}/draft/new-step"): W,
    ("GET", "/automations/{automation_id}/draft/new-entry"): W,
    ("GET", "/automations/{automation_id}/draft/settings"): W,
    ("GET", "/automations/{automation_id}/draft/steps/{step_id}"): W,
    ("GET", "/automations/{automation_id}/draft/steps/{step_id}/move"): W,
    ("POST", "/automations/{automation_id}/draft/steps"): W,
    ("POST", "/automations/{automation_id}/draft/steps/{step_id}/arrange"): W,
    ("POST", "/automations/{automation_id}/draft/steps/{step_id}/move"): W,
    ("POST", "/automations/{automation_id}/draft/criteria"): W,
    ("POST", "/automations/{automation_id}/draft/entries"): W,
    ("POST", "/automations/{automation_id}/draft/entries/remove"): W,
    ("POST", "/automations/{automation_id}/draft/settings"): W,
    ("POST", "/automations/{automation_id}/draft/undo"): W,
    ("GET", "/automations/{automation_id}/try"): R,
    ("GET", "/automations/{automation_id}/people"): R,
    ("GET", "/automations/{automation_id}/people/{enrollment_id}"): R,
    ("GET", "/automations/{automation_id}/versions/{version_id}"): R,
    ("GET", "/automations/{automation_id}/pause"): S,
    ("GET", "/automations/{automation_id}/resume"): S,
    ("GET", "/automations/{automation_id}/drain"): S,
    ("POST", "/automations/{automation_id}/publish"): S,
    ("POST", "/automations/{automation_id}/pause"): S,
    ("POST", "/automations/{automation_id}/resume"): S,
    ("POST", "/automations/{automation_id}/drain"): S,
    ("GET", "/sequences"): R,
    ("GET", "/sequences/new"): W,
    ("POST", "/sequences"): W,
    ("GET", "/sequences/calendar"): R,
    ("GET", "/sequences/progress"): R,
    ("GET", "/sequences/effects/{effect_id}"): R,
    ("GET", "/sequences/{sequence_id}/forecast"): W,
    ("GET", "/sequences/{sequence_id}"): R,
    ("POST", "/sequences/{sequence_id}"): S,
    ("GET", "/sequences/{sequence_id}/edit"): S,
    ("GET", "/sequences/{sequence_id}/start"): S,
    ("POST", "/sequences/{sequence_id}/start"): S,
    ("POST", "/sequences/{sequence_id}/pause"): S,
    ("GET", "/sequences/{sequence_id}/archive"): S,
    ("POST", "/sequences/{sequence_id}/archive"): S,
    ("GET", "/sequences/{sequence_id}/steps/new"): S,
    ("POST", "/sequences/{sequence_id}/steps"): S,
    ("POST", "/sequences/{sequence_id}/steps/preview"): R,
    ("GET", "/sequences/{sequence_id}/steps/{step_id}"): S,
    ("POST", "/sequences/{sequence_id}/steps/{step_id}"): S,
    ("POST", "/sequences/{sequence_id}/steps/{step_id}/move"): S,
    ("GET", "/sequences/{sequence_id}/steps/{step_id}/delete"): S,
    ("POST", "/sequences/{sequence_id}/steps/{step_id}/delete"): S,
    ("GET", "/sequences/{sequence_id}/people"): R,
    ("GET", "/sequences/{sequence_id}/people/{enrollment_id}"): R,
    ("POST", "/sequences/{sequence_id}/people/{enrollment_id}/end"): S,
    ("GET", "/sequences/{sequence_id}/enroll"): S,
    ("POST", "/sequences/{sequence_id}/enroll"): S,
    ("GET", "/sequences/{sequence_id}/enrollings/{enrolling_id}"): R,
    ("GET", "/sequences/{sequence_id}/enrollings/{enrolling_id}/progress"): R,
    ("GET", "/mailboxes"): R,
    ("GET", "/mailboxes/new"): S,
    ("POST", "/mailboxes"): S,
    ("GET", "/mailboxes/{mailbox_id}"): R,
    ("POST", "/mailboxes/{mailbox_id}"): S,
    ("GET", "/mailboxes/{mailbox_id}/pause"): S,
    ("POST", "/mailboxes/{mailbox_id}/pause"): S,
    ("POST", "/mailboxes/{mailbox_id}/resume"): S,
    ("GET", "/mailboxes/{mailbox_id}/remove"): S,
    ("POST", "/mailboxes/{mailbox_id}/remove"): S,
    ("GET", "/previews/{preview_id}"): R,
    ("GET", "/previews/{preview_id}/progress"): R,
    ("GET", "/fires/{fire_id}"): R,
    ("GET", "/fires/{fire_id}/live"): R,
    ("GET", "/fires/{fire_id}/messages.csv"): R,
    ("GET", "/fires/{fire_id}/resend"): S,
    ("POST", "/fires/{fire_id}/resend"): S,
    ("GET", "/fires/{fire_id}/resends/{resend_id}"): R,
    ("GET", "/fires/{fire_id}/resends/{resend_id}/progress"): R,
    ("POST", "/fires/{fire_id}/failures"): S,
    ("POST", "/fires/{fire_id}/unknown"): S,
    ("GET", "/fires/{fire_id}/failures/{failure_id}"): R,
    ("POST", "/fires/{fire_id}/failures/{failure_id}"): S,
    ("GET", "/broadcasts"): R,
    ("GET", "/broadcasts/new"): S,
    ("POST", "/broadcasts"): S,
    ("GET", "/broadcasts/{broadcast_id}/cancel"): S,
    ("POST", "/broadcasts/{broadcast_id}/cancel"): S,
    ("GET", "/broadcasts/{broadcast_id}"): R,
    ("GET", "/broadcasts/{broadcast_id}/test"): W,
    ("POST", "/broadcasts/{broadcast_id}/test"): W,
    ("GET", "/broadcasts/{broadcast_id}/test/{message_id}"): W,
    ("GET", "/why"): R,
    ("GET", "/contacts"): R,
    ("GET", "/contacts/export.csv"): R,
    ("GET", "/contacts/export.xlsx"): R,
    ("POST", "/contacts/bulk"): W,
    ("POST", "/contacts/bulk/do"): W,
    ("GET", "/contacts/new"): W,
    ("POST", "/contacts"): W,
    ("GET", "/contacts/{contact_id}"): R,
    ("GET", "/contacts/{contact_id}/edit"): W,
    ("POST", "/contacts/{contact_id}/edit"): W,
    ("GET", "/contacts/{contact_id}/delete"): W,
    ("POST", "/contacts/{contact_id}/delete"): W,
    ("POST", "/contacts/{contact_id}/tags"): W,
    ("POST", "/contacts/{contact_id}/agreed"): W,
    ("POST", "/contacts/{contact_id}/refused"): W,
    ("GET", "/lists"): R,
    ("POST", "/lists"): W,
    ("GET", "/lists/{list_id}"): R,
    ("POST", "/lists/{list_id}"): W,
    ("GET", "/lists/{list_id}/delete"): W,
    ("POST", "/lists/{list_id}/delete"): W,
    ("GET", "/segments"): R,
    ("GET", "/segments/new"): W,
    ("POST", "/segments"): W,
    ("POST", "/segments/build"): R,
    ("POST", "/segments/count"): R,
    ("GET", "/segments/{segment_id}"): R,
    ("POST", "/segments/{segment_id}"): W,
    ("GET", "/segments/{segment_id}/delete"): W,
    ("POST", "/segments/{segment_id}/delete"): W,
    ("GET", "/imports"): R,
    ("GET", "/imports/new"): W,
    ("POST", "/imports"): W,
    ("GET", "/imports/{import_id}"): R,
    ("GET", "/imports/{import_id}/progress"): R,
    ("POST", "/imports/{import_id}/run"): W,
    ("POST", "/imports/{import_id}/undo"): W,
    ("GET", "/imports/{import_id}/rejected.csv"): R,
    ("GET", "/imports/{import_id}/left.csv"): R,
    ("GET", "/opt-outs"): R,
    ("POST", "/opt-outs"): W,
    ("POST", "/opt-outs/{opt_out_id}/end"): W,
    ("GET", "/inbox"): R,
    ("GET", "/inbox/{reply_id}"): R,
    ("POST", "/inbox/{reply_id}/answer"): W,
    ("POST", "/inbox/{reply_id}/close"): W,
    ("POST", "/inbox/{reply_id}/assign"): W,
    ("POST", "/inbox/{reply_id}/write"): W,
    ("GET", "/inbox/saved"): R,
    ("POST", "/inbox/saved"): W,
    ("POST", "/inbox/saved/{saved_id}/delete"): W,
    ("GET", "/board"): R,
    ("GET", "/board/nearby"): R,
    ("GET", "/board/day.csv"): R,
    ("GET", "/reports"): R,
    ("GET", "/reports/recipients.csv"): R,
    ("GET", "/settings"): A,
    ("GET", "/settings/users"): A,
    ("POST", "/settings/users"): A,
    ("GET", "/settings/users/{user_id}"): A,
    ("POST", "/settings/users/{user_id}"): A,
    ("POST", "/settings/users/{user_id}/reset"): A,
    ("POST", "/settings/users/{user_id}/sign-out"): A,
    ("POST", "/settings/users/{user_id}/second-factor"): A,
    ("GET", "/settings/trial"): A,
    ("POST", "/settings/trial"): A,
    ("POST", "/settings/trial/verify"): A,
    ("POST", "/settings/trial/remove"): A,
    ("GET", "/settings/api-keys"): A,
    ("POST", "/settings/api-keys"): A,
    ("GET", "/settings/api-keys/{key_id}"): A,
    ("POST", "/settings/api-keys/{key_id}/rotate"): A,
    ("POST", "/settings/api-keys/{key_id}/revoke"): A,
    ("GET", "/settings/company"): A,
    ("POST", "/settings/company"): A,
    ("GET", "/settings/senders"): A,
    ("GET", "/settings/senders/new"): A,
    ("POST", "/settings/senders"): A,
    ("GET", "/settings/senders/{sender_id}"): A,
    ("POST", "/settings/senders/{sender_id}"): A,
    ("POST", "/settings/senders/{sender_id}/check"): A,
    ("GET", "/settings/senders/{sender_id}/pause"): A,
    ("POST", "/settings/senders/{sender_id}/pause"): A,
    ("GET", "/settings/senders/{sender_id}/resume"): A,
    ("POST", "/settings/senders/{sender_id}/resume"): A,
    ("POST", "/settings/senders/{sender_id}/credentials"): A,
    ("GET", "/settings/webhooks"): A,
    ("POST", "/settings/webhooks"): A,
    ("GET", "/settings/webhooks/{endpoint_id}"): A,
    ("POST", "/settings/webhooks/{endpoint_id}"): A,
    ("POST", "/settings/webhooks/{endpoint_id}/pause"): A,
    ("POST", "/settings/webhooks/{endpoint_id}/resume"): A,
    ("POST", "/settings/webhooks/{endpoint_id}/rotate"): A,
    ("POST", "/settings/webhooks/{endpoint_id}/test"): A,
    ("POST", "/settings/webhooks/{endpoint_id}/delete"): A,
    ("POST", "/settings/webhooks/{endpoint_id}/resend"): A,
    ("GET", "/settings/webhooks/sent/{delivery_id}"): A,
    ("POST", "/settings/webhooks/sent/{delivery_id}/resend"): A,
    ("GET", "/settings/audit"): A,
    ("GET", "/settings/audit/log.csv"): A,
    ("GET", "/settings/approval"): A,
    ("POST", "/settings/approval"): A,
    ("GET", "/settings/sign-in"): A,
    ("POST", "/settings/sign-in/second-factor"): A,
    ("POST", "/settings/sign-in/oidc"): A,
    ("POST", "/settings/sign-in/oidc/remove"): A,
}
CLOSED = {row: scope for row, scope in ROWS.items() if scope is not None}
# What the office has none of: rows, and messages that were tests.
NOT_THERE = {
    "/files/{file_id}/rows/{number:int}",
    "/campaigns/{campaign_id}/test/{message_id}",
    "/broadcasts/{broadcast_id}/test/{message_id}",
}
ENDS_THE_SESSION = {("POST", "/sign-out"), ("POST", "/account/sign-out-everywhere")}
FIELDS = {
    "message_id": f"message-{OURS}", "disposition": "confirmed", "role": "viewer", "name": "X",
    "note": "By phone", "text": "By phone", "decision": "sent",
}  # fmt: skip


def _routes() -> list[PageRoute]:
    found = [route for part in PARTS for route in routes_of(part) if isinstance(route, PageRoute)]
    return list({(route.page_method, route.path): route for route in found}.values())


def _filled(path: str, company_id: str = OURS) -> str:
    """The path with ids of a company's things."""
    for name in NOUNS:
        path = path.replace(f"{{{name}_id}}", f"{name}-{company_id}")
    step_id = "one" if path.startswith("/sequences/") else "greet"
    path = path.replace("{opt_out_id}", f"opt-out-{company_id}").replace("{step_id}", step_id)
    path = path.replace("{place:int}", "0")
    return path.replace("{number:int}", "2").replace("{token}", f"{company_id}.{'x' * 43}")


async def _ask(person: Visitor, method: str, path: str) -> int:
    if method == "GET":
        return (await person.get(_filled(path))).status_code
    return (await person.post(_filled(path), FIELDS, seen="/account")).status_code


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert {(route.page_method, route.path): route.page_scope for route in _routes()} == ROWS


def test_every_id_in_a_path_is_tried_with_another_companys() -> None:
    assert [path for _, path in CLOSED if "{" in _filled(path)] == []


async def test_what_another_company_does_not_find_is_there_for_its_own(
    office: Office, signed_in: SignedIn
) -> None:
    """Else an id that names nothing would prove nothing."""
    await store_exports(office)
    person, missing = await signed_in(Role.ADMIN), set[str]()
    for method, path in CLOSED:
        if method == "GET" and "_id}" in path:
            missing |= {path} if (await person.get(_filled(path))).status_code == 404 else set()
    assert missing == NOT_THERE


def test_what_changes_something_needs_more_than_reading_but_for_ones_own_account() -> None:
    own = {path for (method, path), scope in CLOSED.items() if method == "POST" and scope is Scope.READ}
    assert own == {
        "/sign-out",
        "/account/password",
        "/account/sign-out-everywhere",
        "/account/second-factor",
        "/account/second-factor/code",
        "/account/second-factor/recovery-codes",
        "/account/second-factor/remove",
        "/templates/measure",  # stores nothing
        "/segments/build",  # nor does this
        "/segments/count",  # nor this
        "/campaigns/audience/count",  # nor this
        "/sequences/{sequence_id}/steps/preview",  # nor this
    }


async def test_nobody_is_sent_to_sign_in_and_nothing_is_read(visitor: Visitor) -> None:
    for method, path in CLOSED:
        await visitor.get("/sign-in")
        answer = await (
            visitor.get(_filled(path)) if method == "GET" else visitor.post(_filled(path), FIELDS)
        )
        assert answer.status_code == 303, (method, path)
        assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_may_do_what_its_scopes_allow_and_nothing_else(signed_in: SignedIn, role: Role) -> None:
    person = await signed_in(role)
    for (method, path), scope in CLOSED.items():
        if (method, path) in ENDS_THE_SESSION:
            continue
        status = await _ask(person, method, path)
        is_allowed = scope in SCOPES[role] or Scope.ADMIN in SCOPES[role]
        assert (status != 403) == is_allowed, (method, path, status)
        assert status < 500, (method, path, status)


async def test_another_companys_admin_finds_and_changes_nothing(office: Office, signed_in: SignedIn) -> None:
    await store_exports(office)
    before = await _stored(office)
    person = await signed_in(Role.ADMIN, THEIRS)
    for method, path in CLOSED:
        if "_id}" not in path:
            continue
        if method == "GET":
            answer = await person.get(_filled(path))
            assert answer.status_code == 404, (path, answer.status_code)
            assert "Acme" not in answer.text
        else:
            answer = await person.post(_filled(path), FIELDS, seen="/account")
            is_refused = answer.status_code == 404 or "__Host-flash" in answer.headers.get("set-cookie", "")
            assert is_refused, (path, answer.status_code)
    for path in (f"/campaigns/new?file=file-{OURS}", f"/sources/source-{THEIRS}?file=file-{OURS}"):
        assert (await person.get(path)).status_code == 404
    assert await _stored(office) == before


async def _stored(office: Office, company_id: str = OURS) -> dict[str, object]:
    """Everything of a company, as it stands."""
    kept: dict[str, object] = {}
    for collection in office.stores.all():
        async for page in collection.each_page(company_id):
            kept |= {f"{collection.name}/{one.id}": one for one in page}
    return kept
