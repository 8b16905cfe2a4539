"""A request of the API, as the audit log has it."""

from starlette.requests import Request

from functions.api.kit.authentication import Caller
from functions.caller_address import address_of
from shared.domain.companies.audit_record import Act, ActorKind
from shared.domain.ids import random_id


def act_of(request: Request, caller: Caller, operation: str) -> Act:
    """Who asks, for what, and from where."""
    runtime = caller.runtime
    return Act(
        id=random_id(),
        kind=ActorKind.API_KEY,
        actor_id=caller.key.id,
        actor_name=caller.key.name,
        came_from=address_of(request, runtime.settings.forwarded_hops),
        operation=operation,
        at=runtime.now(),
    )
