"""The HTTP edge: a route for each command, the graph, health, and problems as RFC 9457 has them."""

from __future__ import annotations

from infra.http.app import create_app

__all__ = ["create_app"]
