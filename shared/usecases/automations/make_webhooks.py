"""Make the webhooks of webhook steps, as part of the transaction that completes them."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from shared.domain.automations.move import Move
from shared.domain.automations.steps import WebhookStep
from shared.domain.events.event import Event, EventType
from shared.domain.events.webhook_delivery import WebhookDelivery, webhook
from shared.domain.events.webhook_endpoint import LISTENING, WebhookEndpoint, with_more
from shared.domain.ids import computed_id
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime
from shared.usecases.automations.load_round import Round

NOT_TOLD = "not done: the webhook endpoint is disabled or gone"
TOLD = "done"


class Webhooks(Struct, frozen=True, kw_only=True):
    """Webhooks with their endpoints, and by enrollment what came of the step."""

    endpoints: Sequence[WebhookEndpoint] = ()
    deliveries: Sequence[WebhookDelivery] = ()
    outcomes: Mapping[str, tuple[str, str]]

    def put(self, runtime: Runtime, company_id: str, transaction: Transaction) -> None:
        """Store them, and have somebody look after them."""
        stores, now = runtime.stores, runtime.now()
        for delivery in self.deliveries:
            stores.webhook_deliveries.put(transaction, company_id, delivery.id, delivery)
        for one in self.endpoints:
            if (endpoint := with_more(one, now)) is not None:
                stores.webhook_endpoints.put_changed(transaction, company_id, one.id, one, endpoint)


async def make_webhooks(
    runtime: Runtime, company_id: str, round: Round, transaction: Transaction, moves: Iterable[Move]
) -> Webhooks:
    """One webhook for each endpoint, with all of its contacts. It only reads; its writes come last."""
    told: dict[str, list[tuple[Move, WebhookStep]]] = {}
    for move in moves:
        if isinstance(move.step, WebhookStep):
            told.setdefault(move.step.endpoint_id, []).append((move, move.step))
    if not told:
        return Webhooks(outcomes={})
    stored = await runtime.stores.webhook_endpoints.find_many(company_id, told, transaction)
    endpoints = {key: one for key, one in stored.items() if one.state in LISTENING}
    outcomes: dict[str, tuple[str, str]] = {}
    deliveries = []
    for endpoint_id, several in told.items():
        endpoint = endpoints.get(endpoint_id)
        if endpoint is None:
            outcomes |= {move.before.id: (NOT_TOLD, "") for move, _ in several}
            continue
        delivery = webhook(endpoint, [_event(round, *one) for one in several], round.now)
        deliveries.append(delivery)
        outcomes |= {move.before.id: (TOLD, delivery.id) for move, _ in several}
    return Webhooks(endpoints=tuple(endpoints.values()), deliveries=deliveries, outcomes=outcomes)


def _event(round: Round, move: Move, step: WebhookStep) -> Event:
    return Event(
        id=computed_id("event", move.before.id, step.id),
        type=EventType.AUTOMATION_CALLED,
        at=round.now,
        object_id=move.before.contact_id,
        what=step.name,
    )
