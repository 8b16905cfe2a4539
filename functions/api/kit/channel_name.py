"""Channels as the API takes and shows them: exactly those that are registered, under their names."""

from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from shared.domain.channels.channel import Channel, all_channels


class _OneOfTheTable:
    """Looked up with each request: providers that the settings name bring channels with them."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_channel, core_schema.str_schema())

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "title": "Channel", "enum": [str(name) for name in all_channels()]}


def _channel(name: str) -> Channel:
    try:
        return Channel(name)
    except ValueError:
        known = [repr(str(name)) for name in all_channels()]
        expected = " or ".join(filter(None, (", ".join(known[:-1]), known[-1])))
        raise PydanticCustomError("enum", "Input should be {expected}", {"expected": expected}) from None


ChannelName = Annotated[Channel, _OneOfTheTable()]
