"""How properties are tried: the same examples every time, and no failure because the machine is busy."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "domain", max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("domain")
