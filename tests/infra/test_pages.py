"""The pages for people load only files that are here, and only where the page itself is open."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from commands.ledger import Deedbook
from infra.http import create_app
from tests.infra.server import caller, configured, serving

LOADED = re.compile(r'<(?:script|link)\b[^>]*?\b(?:src|href)="([^"]+)"[^>]*>', re.DOTALL)
PROMISED = re.compile(r'(?:src|href)="([^"]+)"\s+integrity="sha384-([^"]+)"')
PROJECT = Path(__file__).parents[2]
MOST_BYTES = 4 * 1024 * 1024


@pytest.fixture(scope="module")
def site(dsn: str, server_store: Deedbook) -> Iterator[str]:
    with serving(create_app(dsn, server_store, configured(development=True))) as address:
        yield address


def html(address: str, path: str) -> str:
    answer = httpx.get(address + path, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text


@pytest.mark.parametrize(("path", "count"), [("/graphql", 7), ("/docs", 2)])
def test_what_a_page_loads_is_here(site: str, path: str, count: int) -> None:
    loaded = [url for url in LOADED.findall(html(site, path)) if not url.startswith("data:")]
    assert len(loaded) == count
    for url in loaded:
        assert "//" not in url
        answer = httpx.get(f"{site}/{url}")
        assert answer.status_code == 200, url
        kind = "css" if url.endswith(".css") else "javascript"
        assert kind in answer.headers["content-type"]
        assert "immutable" in answer.headers["cache-control"]


def test_what_graphiql_loads_is_as_it_was_published(site: str) -> None:
    promised = PROMISED.findall(html(site, "/graphql"))
    assert len(promised) == 7
    for url, digest in promised:
        found = hashlib.sha384(httpx.get(f"{site}/{url}").content).digest()
        assert base64.b64encode(found).decode() == digest, url


def test_in_production_there_are_only_the_files_of_the_documentation(address: str) -> None:
    file = "/graphql/static/js-cookie@3.0.5/dist/js.cookie.min.js"
    assert httpx.get(address + file).status_code == 401
    with caller(address) as client:
        assert client.get(file).status_code == 404
    [css, _] = (url for url in LOADED.findall(html(address, "/docs")) if "data:" not in url)
    assert httpx.get(f"{address}/{css}").status_code == 200


@pytest.mark.parametrize("path", ["nothing.js", "..%2f..%2fpage.py", "%2e%2e/page.py", ""])
def test_nothing_else_is_served(site: str, path: str) -> None:
    assert httpx.get(f"{site}/graphql/static/{path}").status_code in (401, 404)


@pytest.mark.parametrize("folder", ["infra/graphql/static", "infra/http/static"])
def test_the_files_are_few_and_carry_their_licences(folder: str) -> None:
    files = [path for path in (PROJECT / folder).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MOST_BYTES
    assert not [path for path in files if path.suffix == ".map"]
    packages = {re.sub(r"(@[0-9.]+)/.*", r"\1", str(path)) for path in files if "@" in str(path)}
    assert all((Path(package) / "LICENSE").is_file() for package in packages)
