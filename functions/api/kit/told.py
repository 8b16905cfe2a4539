"""What webhooks look like, for the OpenAPI document: one shape for each type of event."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header
from pydantic import Field, create_model

from functions.api.contacts import ContactOutput
from functions.api.kit.shapes import Output
from functions.api.messages import MessageOutput
from functions.api.opt_outs import OptOutOutput
from functions.api.replies import ReplyOutput
from shared.domain.events.event import EventType
from shared.domain.events.webhook_delivery import MOST_EVENTS

# What an event is about, by the word before its dot. A test says nothing of its endpoint.
_SHAPES: dict[str, type[Output] | None] = {
    "contact": ContactOutput,
    "message": MessageOutput,
    "reply": ReplyOutput,
    "opt_out": OptOutOutput,
    "endpoint": None,
}
_ANSWER = "Anything from 200 to 299: it is taken. Else it is tried again."


class _ItemShape(Output):
    """One event. `id` is the event's; `what` is told in the guide, type by type."""

    id: str
    at: datetime
    what: str


def webhooks() -> APIRouter:
    """The webhooks that a company's endpoints get, as operations of the receiver."""
    router = APIRouter()
    data = {noun: _data(noun, shape) for noun, shape in _SHAPES.items()}
    for kind in EventType:
        name = f"told_{kind.replace('.', '_')}"
        router.add_api_route(
            kind,
            _taking(_body(kind, data[kind.noun])),
            methods=["POST"],
            status_code=204,
            name=name,
            operation_id=name,
            summary=kind,
            response_description=_ANSWER,
            tags=["webhooks"],
        )
    return router


def _data(noun: str, shape: type[Output] | None) -> type[Output]:
    """Events about such things, each of which is null when it is gone."""
    fields: dict[str, Any] = {f"{noun}_id": (str, ...), noun: (shape | None if shape else None, ...)}
    item = create_model(f"Told{_camel(noun)}", __base__=_ItemShape, __doc__=_ItemShape.__doc__, **fields)
    several = tuple[item, ...]  # type: ignore[valid-type]  # a type made at run time
    return create_model(
        f"Told{_camel(noun)}s",
        __base__=Output,
        __doc__="The company, and what happened in it.",
        company_id=(str, ...),
        items=(Annotated[several, Field(min_length=1, max_length=MOST_EVENTS)], ...),
    )


def _body(kind: EventType, data: type[Output]) -> type[Output]:
    """A webhook of the type."""
    name = _camel(kind.replace(".", "_"))
    fields: dict[str, Any] = {
        "type": (Literal[kind.value], ...),
        "timestamp": (datetime, ...),
        "data": (data, ...),
    }
    return create_model(f"{name}Webhook", __base__=Output, __doc__=f"A webhook of {kind}.", **fields)


def _taking(body: type[Output]) -> Callable[..., None]:
    """An operation that takes it: FastAPI reads its signature, and nobody calls it."""

    def take(
        webhook_id: Annotated[str, Header(description="The same in every try.")],
        webhook_timestamp: Annotated[
            int, Header(description="When this try was signed, in seconds since 1970.")
        ],
        webhook_signature: Annotated[str, Header(description="Signatures, with blanks between.")],
        body: Any,
    ) -> None: ...

    take.__annotations__["body"] = body
    take.__doc__ = body.__doc__
    return take


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
