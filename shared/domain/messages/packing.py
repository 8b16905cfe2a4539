"""Long texts as they are stored: compressed."""

import zlib

_LEVEL = 3


def packed(text: str) -> bytes:
    """The text, compressed; nothing of an empty one."""
    return zlib.compress(text.encode(errors="surrogatepass"), _LEVEL) if text else b""


def unpacked(data: bytes) -> str:
    """The text again."""
    return zlib.decompress(data).decode(errors="surrogatepass") if data else ""
