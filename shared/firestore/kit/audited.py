"""Which collections the audit log tells of, and how their documents are named in it."""

from typing import Any

from msgspec import Struct

COLLECTION = "audit_records"


class Audited(Struct, frozen=True, kw_only=True):
    """A collection of which every change by somebody is noted.

    `named_by` is the field that people know a thing by; empty where that is a person's, who may be forgotten.
    Then no values are kept either, only which fields changed. `conceals` are fields whose values never are.
    """

    noun: str
    named_by: str = "name"
    conceals: frozenset[str] = frozenset()

    @property
    def keeps_values(self) -> bool:
        """Whether values are kept."""
        return bool(self.named_by)


_OF_A_PERSON = ""
AUDITED: dict[str, Audited] = {
    "companies": Audited(noun="company", conceals=frozenset({"trial", "trial_codes"})),
    "users": Audited(noun="user", conceals=frozenset({"password_hash", "second_factor"})),
    "invitations": Audited(noun="invitation"),
    "api_keys": Audited(noun="API key", conceals=frozenset({"digest"})),
    "senders": Audited(noun="sender", named_by="address"),
    "sources": Audited(noun="source"),
    "files": Audited(noun="file"),
    "templates": Audited(noun="template"),
    "broadcasts": Audited(noun="broadcast"),
    "campaigns": Audited(noun="campaign"),
    "automations": Audited(noun="automation"),
    "sequences": Audited(noun="sequence"),
    "mailboxes": Audited(noun="mailbox", named_by="email"),
    "enrollings": Audited(noun="enrolling", named_by="sequence_id"),
    "fires": Audited(noun="fire", named_by="campaign_id"),
    "group_resends": Audited(noun="resend", named_by="fire_id"),
    "contact_fields": Audited(noun="contact field"),
    "contact_lists": Audited(noun="list"),
    "contact_imports": Audited(noun="import"),
    "segments": Audited(noun="segment"),
    "saved_replies": Audited(noun="saved reply"),
    "webhook_endpoints": Audited(noun="webhook endpoint", named_by="url"),
    "opt_outs": Audited(noun="opt-out", named_by=_OF_A_PERSON),
    "failures": Audited(noun="failure", named_by=_OF_A_PERSON),
    "messages": Audited(noun="message", named_by=_OF_A_PERSON),
    "replies": Audited(noun="reply", named_by=_OF_A_PERSON),
    "row_chunks": Audited(noun="rows", named_by=_OF_A_PERSON),
    "deletions": Audited(noun="deletion of a person", named_by=_OF_A_PERSON),
}
NOT_AUDITED: dict[str, str] = {
    COLLECTION: "it is the log",
    "sessions": "a user says when it last signed in",
    "idempotency_keys": "answers that were given",
    "sender_timelines": "follows from fires",
    "history_searches": "found by ticks",
    "file_contents": "follows from files",
    "file_profiles": "follows from files",
    "withdrawals": "follows from files",
    "contact_shards": "contacts have a log of their own: contact_changes",
    "contact_key_shards": "follows from contacts",
    "contact_changes": "a log itself, with who did it",
    "list_consents": "what people answered",
    "automation_versions": "follows from automations",
    "automation_enrollments": "what becomes of contacts in automations is told there, step by step",
    "enrollments": "follows from enrollings",
    "scheduled_emails": "follows from enrollments",
    "sequence_plans": "follows from enrollments and mailboxes",
    "linked_files": "follows from rows",
    "campaign_contents": "follows from campaigns: their content hash",
    "previews": "changes nothing",
    "plan_effects": "changes nothing",
    "preview_chunks": "changes nothing",
    "fire_progress": "follows from fires",
    "fire_costs": "follows from fires",
    "fire_sums": "follows from messages",
    "chunks": "follows from fires",
    "batches": "follows from fires",
    "activity_notes": "follows from messages",
    "activity_shards": "follows from messages",
    "receipt_bundles": "what providers told",
    "text_claims": "follows from messages",
    "deletion_work": "follows from deletions",
    "notices": "who has read one changes nothing",
    "invites": "follows from messages",
    "conversations": "follows from replies",
    "events": "follows from what changed",
    "webhook_deliveries": "follows from what changed",
}
# Fields that change with every other one, and say nothing by themselves.
SILENT = frozenset(
    {"schema", "expires_at", "updated_at", "version", "address_key", "about_day", "addresses", "is_revoked"}
)


def flat(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with those of parts beside them, as "calendar.days"."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, dict) and value:
            found |= {f"{name}.{inner}": one for inner, one in flat(value).items()}
        else:
            found[name] = value
    return found


def shown_value(value: Any, most: int) -> str | None:
    """The beginning of a stored value as text; None for none, and for what is empty."""
    if value in (None, "", [], {}):
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    if isinstance(value, list):
        is_plain = not any(isinstance(one, dict | list) for one in value)
        text = ", ".join(map(str, value)) if is_plain else f"{len(value)} of them"
    return text if len(text) <= most else f"{text[: most - 1]}…"
