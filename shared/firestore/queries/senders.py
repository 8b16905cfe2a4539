"""Queries for senders."""

from shared.firestore.kit.query import Query

SENDERS_AT_ADDRESS = Query(collection="senders", equal=("address",))
