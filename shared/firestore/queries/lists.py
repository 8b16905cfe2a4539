"""The lists that API and portal show, each newest first, with what it can be filtered by."""

from shared.domain.messages.failure import FailureState
from shared.domain.messages.message import MessageState
from shared.firestore.kit.query import ListQuery, Query

API_KEYS = ListQuery(collection="api_keys", newest="created_at", equal=("is_revoked", "prefix"))
AUDIT_RECORDS = ListQuery(collection="audit_records", newest="at", equal=("by_id",), contains=("nouns",))
USERS = ListQuery(collection="users", newest="created_at")
SOURCES = ListQuery(collection="sources", newest="created_at", equal=("name",))
FILES = ListQuery(collection="files", newest="created_at", equal=("source_id", "state", "name"))
TEMPLATES = ListQuery(collection="templates", newest="created_at", equal=("channel", "language", "name"))
CAMPAIGNS = ListQuery(
    collection="campaigns", newest="created_at", equal=("state", "audience.source_id", "name")
)
BROADCASTS = ListQuery(collection="broadcasts", newest="created_at", equal=("state", "series_id"))
AUTOMATIONS = ListQuery(collection="automations", newest="created_at", equal=("state", "name"))
ENROLLMENTS = ListQuery(
    collection="automation_enrollments",
    newest="entered_at",
    equal=("automation_id", "contact_id", "state", "step_id"),
)
FIRES = ListQuery(
    collection="fires",
    newest="fired_at",
    equal=("campaign_id", "state", "is_closed"),
    contains=("file_ids",),
)
MESSAGES = ListQuery(
    collection="messages",
    newest="created_at",
    equal=(
        *("fire_id", "campaign_id", "sender_id", "channel", "state", "delivery", "disposition"),
        *("address", "address_key", "contact_id", "about_day"),
    ),
    one_of=("state", tuple(MessageState)),
)
FAILURES = ListQuery(
    collection="failures",
    newest="created_at",
    equal=("fire_id", "file_id", "campaign_id", "state", "step", "contact_id"),
    contains=("addresses",),
    one_of=("state", tuple(FailureState)),
)
REPLIES = ListQuery(
    collection="replies",
    newest="received_at",
    equal=(
        *("fire_id", "campaign_id", "message_id", "sender_id", "channel", "meaning", "disposition"),
        *("waits", "contradicts_earlier", "assigned_to"),
        *("address", "address_key"),
    ),
    contains=("flags",),
)
DELETIONS = ListQuery(collection="deletions", newest="started_at", equal=("state",))
OPT_OUTS = ListQuery(collection="opt_outs", newest="changed_at", equal=("channel", "source", "is_active"))
SEGMENTS = ListQuery(collection="segments", newest="created_at", equal=("name",))
NOTICES = ListQuery(
    collection="notices", newest="created_at", equal=("kind", "is_read", "sender_id", "campaign_id")
)
SAVED_REPLIES = ListQuery(collection="saved_replies", newest="created_at")
CONTACT_FIELDS = ListQuery(collection="contact_fields", newest="created_at", equal=("kind",))
CONTACT_LISTS = ListQuery(collection="contact_lists", newest="created_at", equal=("name",))
CONTACT_IMPORTS = ListQuery(collection="contact_imports", newest="created_at", equal=("state",))
CONTACT_CHANGES = ListQuery(
    collection="contact_changes", newest="at", equal=("by_id",), contains=("contact_ids",)
)
WEBHOOK_ENDPOINTS = ListQuery(collection="webhook_endpoints", newest="created_at", equal=("state",))
WEBHOOK_DELIVERIES = ListQuery(
    collection="webhook_deliveries", newest="created_at", equal=("endpoint_id", "event_type", "state")
)
LISTS_THAT_ASK = Query(collection="contact_lists", range=("confirm_sender_id", ">"))
