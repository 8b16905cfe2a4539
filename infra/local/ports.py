"""Finds free ports of this machine, the usual ones first."""

import socket
from collections.abc import Sequence

HOST = "127.0.0.1"


def free_ports(preferred: Sequence[int]) -> list[int]:
    """One free port for each preferred one: itself where it is free, any other where it is taken or 0.

    All are held open until all are found, so that no two are the same.
    """
    held = [_bind(port) for port in preferred]
    try:
        return [int(taken.getsockname()[1]) for taken in held]
    finally:
        for taken in held:
            taken.close()


def _bind(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # As servers do: a port whose last connections are still closing counts as free.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.bind((HOST, 0))
    return listener
