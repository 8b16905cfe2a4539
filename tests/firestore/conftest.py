"""The repositories on the real emulator."""

from tests.usecases.conftest import clinic

__all__ = ["clinic"]
