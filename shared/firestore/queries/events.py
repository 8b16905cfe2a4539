"""Queries for events, and for the webhooks that tell of them."""

from shared.firestore.kit.query import Query

EVENTS_DUE = Query(collection="events", range=("due_at", "<="))
EVENTS_OVERDUE = Query(collection="events", range=("due_at", "<="), across_companies=True)
CHANGES_DUE = Query(collection="contact_changes", range=("due_at", "<="))
CHANGES_OVERDUE = Query(collection="contact_changes", range=("due_at", "<="), across_companies=True)
ENDPOINTS_IN_STATE = Query(collection="webhook_endpoints", equal=("state",))
ENDPOINTS_DUE = Query(collection="webhook_endpoints", range=("due_at", "<="), across_companies=True)
DELIVERIES_OF_STATE = Query(collection="webhook_deliveries", equal=("endpoint_id", "state"))
DELIVERIES_DUE = Query(collection="webhook_deliveries", equal=("endpoint_id",), range=("due_at", "<="))
DELIVERIES_LATER = Query(collection="webhook_deliveries", equal=("endpoint_id",), range=("due_at", ">"))
