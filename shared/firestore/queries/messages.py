"""Queries for messages, batches and replies."""

from shared.firestore.kit.query import Query

BATCHES_DUE = Query(
    collection="batches", equal=("state",), range=("planned_start", "<="), across_companies=True
)
BATCHES_UNTAKEN = Query(
    collection="batches", equal=("state",), range=("dispatched_at", "<="), across_companies=True
)
BATCHES_STALLED = Query(
    collection="batches", equal=("state",), range=("lease_until", "<="), across_companies=True
)
BATCHES_HELD = Query(collection="batches", equal=("state",), across_companies=True)
RECEIPTS_WAITING = Query(collection="receipt_bundles", range=("told_at", "<="), across_companies=True)
ACTIVITY_WAITING = Query(collection="activity_notes", range=("noted_at", "<="), across_companies=True)
MESSAGES_TO_SEARCH = Query(
    collection="messages", equal=("state",), range=("search_at", "<="), across_companies=True
)
FIRE_MESSAGES_BY_STATE = Query(collection="messages", equal=("fire_id", "state"))
STEP_MESSAGES_BY_DELIVERY = Query(collection="messages", equal=("fire_id", "step_id", "delivery"))
STEP_MESSAGES = Query(collection="messages", equal=("fire_id", "step_id", "state"))
FIRE_MESSAGES_BY_DELIVERY = Query(collection="messages", equal=("fire_id", "delivery"))
FIRE_MESSAGES_BY_DISPOSITION = Query(collection="messages", equal=("fire_id", "disposition"))
CHANNEL_MESSAGES_BY_STATE = Query(collection="messages", equal=("fire_id", "channel", "state"))
CHANNEL_MESSAGES_BY_DELIVERY = Query(collection="messages", equal=("fire_id", "channel", "delivery"))
CHANNEL_MESSAGES_BY_DISPOSITION = Query(collection="messages", equal=("fire_id", "channel", "disposition"))
FIRE_BATCHES = Query(collection="batches", equal=("fire_id", "state"))
FIRE_BATCHES_FIRST = Query(
    collection="batches", equal=("fire_id", "state"), order=("planned_start", "ASCENDING")
)
FIRE_BATCHES_LAST = Query(
    collection="batches", equal=("fire_id", "state"), order=("planned_start", "DESCENDING")
)
SENDER_BATCHES = Query(collection="batches", equal=("sender_id", "state"))
MESSAGES_TO_ADDRESS = Query(
    collection="messages", equal=("address", "sender_id"), order=("sending_at", "DESCENDING")
)
FIRE_MESSAGES_SINCE = Query(collection="messages", equal=("fire_id",), range=("sending_at", ">="))
MESSAGES_CALLED_SINCE = Query(collection="messages", equal=("address",), range=("sending_at", ">="))
SENDER_MESSAGES_SINCE = Query(collection="messages", equal=("sender_id",), range=("sending_at", ">="))
MESSAGES_BY_PROVIDER_ID = Query(collection="messages", equal=("provider_id",))
MESSAGES_IN_STATE = Query(collection="messages", equal=("state",))
MESSAGES_OF_ADDRESS = Query(collection="messages", equal=("address",))
MESSAGES_SENT_LATELY = Query(collection="messages", among="address", range=("sending_at", ">="))
MESSAGES_OF_IDENTITY = Query(collection="messages", among="identity")
MESSAGES_OF_RECIPIENT = Query(collection="messages", equal=("recipient_key",))
MESSAGES_OF_RECIPIENTS = Query(collection="messages", among="recipient_key")
OPT_OUTS_OF_ADDRESS = Query(collection="opt_outs", equal=("address",))
OPT_OUTS_THAT_HOLD = Query(collection="opt_outs", equal=("is_active",))
OPT_OUTS_TO_CLEAR = Query(collection="opt_outs", equal=("clearing",))
CLEARINGS_OVERDUE = Query(
    collection="opt_outs", equal=("clearing",), range=("changed_at", "<="), across_companies=True
)
FIRE_REPLIES = Query(collection="replies", equal=("fire_id", "meaning"))
FIRE_ANSWERS = Query(collection="replies", equal=("fire_id", "disposition"))
REPLIES_OF_ADDRESS = Query(collection="replies", equal=("address",))
MESSAGES_OF_APPOINTMENT = Query(collection="messages", equal=("appointment_key",))
MESSAGES_ABOUT_LATER = Query(collection="messages", range=("about_day", ">"))
MESSAGES_ABOUT_EARLIER = Query(
    collection="messages", range=("about_day", "<"), order=("about_day", "DESCENDING")
)
MESSAGES_OF_SERIES = Query(collection="messages", equal=("series_key",))
