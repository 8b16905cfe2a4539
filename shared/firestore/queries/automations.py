"""Queries for automations and the contacts in them."""

from shared.firestore.kit.query import Query

AUTOMATIONS_IN_STATE = Query(collection="automations", equal=("state",))
AUTOMATIONS_DUE = Query(collection="automations", range=("due_at", "<="), across_companies=True)
ENROLLMENTS_OF_CONTACT = Query(collection="automation_enrollments", equal=("automation_id", "contact_id"))
ENROLLMENTS_OF_CONTACTS = Query(collection="automation_enrollments", among="contact_id")
ENROLLMENTS_ON_STEP = Query(
    collection="automation_enrollments", equal=("automation_id", "step_id", "version")
)
ENROLLMENTS_DUE_ON_STEP = Query(
    collection="automation_enrollments",
    equal=("automation_id", "step_id", "version"),
    range=("due_at", "<="),
)
ENROLLMENTS_PARKED = Query(collection="automation_enrollments", equal=("automation_id", "is_parked"))
ENROLLMENTS_DUE = Query(collection="automation_enrollments", range=("due_at", "<="), across_companies=True)
