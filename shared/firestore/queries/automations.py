"""Queries for automations and the contacts in them."""

from shared.firestore.kit.query import Query

AUTOMATIONS_IN_STATE = Query(collection="automations", equal=("state",))
ENROLLMENTS_OF_CONTACT = Query(collection="automation_enrollments", equal=("automation_id", "contact_id"))
ENROLLMENTS_OF_CONTACTS = Query(collection="automation_enrollments", among="contact_id")
ENROLLMENTS_DUE = Query(collection="automation_enrollments", range=("due_at", "<="), across_companies=True)
