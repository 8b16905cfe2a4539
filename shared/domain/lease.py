"""A lease: who may work on something, and until when."""


class LeaseLost(Exception):
    """What was leased is no longer ours: stop, and touch nothing."""
