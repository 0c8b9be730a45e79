"""What Prometheus may ask of an API process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

from commands.base import Command
from infra.problems import problem_of

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
QUICK = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)

COMMANDS = Counter(
    "deedbook_commands",
    "Commands by name and outcome: accepted, or the code of the refusal",
    ["command", "outcome"],
    registry=REGISTRY,
)
COMMAND_SECONDS = Histogram(
    "deedbook_command_seconds",
    "From the request's body to the receipt or refusal",
    ["command"],
    buckets=QUICK,
    registry=REGISTRY,
)
REQUESTS = Counter(
    "deedbook_http_requests",
    "HTTP requests by method, route and status",
    ["method", "route", "status"],
    registry=REGISTRY,
)
REQUEST_SECONDS = Histogram(
    "deedbook_http_request_seconds",
    "HTTP requests by route",
    ["route"],
    buckets=QUICK,
    registry=REGISTRY,
)
STORE_UP = Gauge("deedbook_store_up", "1 if the store answers", registry=REGISTRY)
LOG_END = Gauge("deedbook_log_position", "The last position of the log", registry=REGISTRY)
LAG = Gauge(
    "deedbook_projection_lag",
    "Facts that a projection has not seen yet",
    ["projection"],
    registry=REGISTRY,
)
PARKED = Gauge(
    "deedbook_parked_streams",
    "Streams set aside because a projection could not take a fact",
    ["projection"],
    registry=REGISTRY,
)
GAPS = Gauge(
    "deedbook_gaps",
    "Gaps in what Kafka brought, filled from the store",
    ["projection"],
    registry=REGISTRY,
)
WAITING = Gauge(
    "deedbook_waiting_commands", "Commands that wait for the next group commit", registry=REGISTRY
)


@contextmanager
def measured(kind: type[Command]) -> Iterator[None]:
    """Counts what became of a command of this kind and how long it took."""
    began, outcome = perf_counter(), "accepted"
    try:
        yield
    except Exception as error:
        outcome = problem_of(error).code
        raise
    finally:
        COMMANDS.labels(kind.__name__, outcome).inc()
        COMMAND_SECONDS.labels(kind.__name__).observe(perf_counter() - began)
