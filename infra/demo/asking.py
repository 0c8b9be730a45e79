"""Questions to the running API, over HTTP as any client asks them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from infra.demo import Broken

SECONDS = 60


class NoAnswer(Broken):
    """The API said something else than an answer."""


@dataclass(frozen=True)
class Graph:
    address: str
    token: str

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """What GraphQL answers under `data`. Raises NoAnswer with its errors."""
        request = Request(  # noqa: S310
            f"{self.address}/graphql",
            data=json.dumps({"query": query, "variables": variables}).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
            },
        )
        try:
            with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
                found = json.load(answer)
        except HTTPError as error:
            raise NoAnswer(f"{error.code}: {error.read(2000).decode(errors='replace')}") from error
        if errors := found.get("errors"):
            raise NoAnswer("; ".join(each["message"] for each in errors))
        return dict(found["data"])
