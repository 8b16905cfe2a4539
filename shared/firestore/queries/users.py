"""Queries for users and who is to be one."""

from shared.firestore.kit.query import Query

INVITATIONS_OF_ADDRESS = Query(collection="invitations", equal=("email",))
