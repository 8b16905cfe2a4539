"""Queries for sequences, their enrollments and their emails."""

from shared.firestore.kit.query import ListQuery, Query

PLANS_DUE = Query(
    collection="sequence_plans", equal=("is_active",), range=("due_at", "<="), across_companies=True
)
ENROLLINGS_DUE = Query(
    collection="enrollings", equal=("state",), range=("due_at", "<="), across_companies=True
)
EMAILS_DUE = Query(collection="scheduled_emails", equal=("status",), range=("send_at", "<="))
EMAILS_SINCE = Query(collection="scheduled_emails", equal=("status",), range=("send_at", ">="))
EMAILS_IN_STATUS = Query(collection="scheduled_emails", equal=("status",))
EMAILS_OF_SEQUENCE = Query(collection="scheduled_emails", equal=("sequence_id", "status"))
ENROLLMENTS_OF_ADDRESS = Query(collection="enrollments", equal=("address_key",))
ENROLLMENTS_OF_ADDRESSES = Query(collection="enrollments", among="address_key")
EMAILS_OF_ENROLLMENTS = Query(collection="scheduled_emails", among="enrollment_id")
ENROLLMENTS_IN_STATE = Query(collection="enrollments", equal=("state",))
SEQUENCE_ENROLLMENTS = ListQuery(
    collection="enrollments", newest="enrolled_at", equal=("sequence_id", "contact_id", "state")
)
SCHEDULED_EMAILS = ListQuery(
    collection="scheduled_emails",
    newest="send_at",
    equal=("sequence_id", "mailbox_id", "status"),
    both_ways=True,
)
