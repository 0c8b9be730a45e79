"""`/health`, `/ready` and `/metrics`: is it alive, can it work, how is it doing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import psycopg
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from infra import measures
from infra.settings import Settings
from infra.vitals import Vitals, vitals

T = TypeVar("T")

WITHIN_SECONDS = 3.0


def state_routes() -> APIRouter:
    router = APIRouter(tags=["state"])
    router.add_api_route("/health", health, summary="Is the process alive?")
    router.add_api_route(
        "/ready", ready, summary="Can it work?", responses={503: {"description": "Which part not"}}
    )
    router.add_api_route("/metrics", metrics, summary="For Prometheus", include_in_schema=False)
    return router


async def health() -> dict[str, str]:
    return {"status": "alive"}


async def ready(request: Request) -> Response:
    """Each part with `ready` or what is wrong with it."""
    state = request.app.state
    parts = {"store": _store(state)}
    if state.config.kafka:
        parts["broker"] = _broker(state.config.kafka)
    found = dict(zip(parts, await asyncio.gather(*parts.values()), strict=True))
    if isinstance(found["store"], Vitals):
        vital = found["store"]
        found |= {"store": "ready", "projections": _projections(vital, state.config)}
    well = all(each == "ready" for each in found.values())
    verdict = "ready" if well else "not ready"
    return JSONResponse({"status": verdict, "parts": found}, status_code=200 if well else 503)


async def metrics(request: Request) -> Response:
    state = request.app.state
    vital = await _store(state)
    measures.STORE_UP.set(isinstance(vital, Vitals))
    measures.WAITING.set(state.store.recorder.writer.waiting)
    if isinstance(vital, Vitals):
        measures.LOG_END.set(vital.position)
        for gauge, numbers in (
            (measures.LAG, vital.lag),
            (measures.PARKED, vital.parked),
            (measures.GAPS, vital.gaps),
        ):
            for name, number in numbers.items():
                gauge.labels(name).set(number)
    return Response(generate_latest(measures.REGISTRY), media_type=CONTENT_TYPE_LATEST)


async def _store(state: Any) -> Vitals | str:
    async def ask() -> Vitals:
        async with state.owners.connection(timeout=WITHIN_SECONDS) as conn:
            return await vitals(conn)

    return await _in_time(ask, psycopg.Error)


async def _broker(bootstrap: str) -> str:
    async def ask() -> str:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=2000)
        try:
            await admin.start()
            return "ready"
        finally:
            await admin.close()

    return await _in_time(ask, KafkaError)


async def _in_time(ask: Callable[[], Awaitable[T]], error_of_its: type[Exception]) -> T | str:
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            return await ask()
    except (error_of_its, OSError, TimeoutError) as error:
        return f"cannot be reached ({type(error).__name__})"


def _projections(vital: Vitals, config: Settings) -> str:
    behind = {name: lag for name, lag in vital.lag.items() if lag > config.most_lag}
    parked = sum(vital.parked.values())
    wrong = [f"{name} is {lag} facts behind" for name, lag in behind.items()]
    if parked > config.most_parked:
        wrong.append(f"{parked} streams are parked")
    return "; ".join(wrong) or "ready"
