"""A request's body, read up to a bound: a longer one is refused by its announced length or while it comes."""

from starlette.requests import Request

_DIGITS = 18


class BodyTooLarge(Exception):
    """The body is longer than the bound."""


def announces_more(content_length: str, bound: int) -> bool:
    """Whether the header Content-Length says that the body is longer than `bound` bytes."""
    return content_length.isdecimal() and (len(content_length) > _DIGITS or int(content_length) > bound)


async def read_body(request: Request, bound: int) -> bytes:
    """The body. Raises BodyTooLarge for one of more than `bound` bytes, without reading the rest."""
    if announces_more(request.headers.get("content-length", ""), bound):
        raise BodyTooLarge
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > bound:
            raise BodyTooLarge
        pieces.append(piece)
    return b"".join(pieces)
