"""The house's laws: who imports whom, everything catalogued and documented, nothing too long."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest

import commands
import domain
import projections
from commands.base import Command
from commands.catalogue import HANDLERS
from commands.ledger import Deedbook
from domain.catalogue import FACTS
from domain.kernel import DomainError, Fact
from infra.reference import PAGE, SCHEMA, page, schema
from projections.catalogue import PROJECTIONS

T = TypeVar("T")
ROOT = Path(__file__).parent.parent
LAYERS = ("domain", "commands", "projections", "queries", "streams", "infra")
NAMES = ROOT / "tests" / "corpus" / "stored_names.txt"
LINES_IN_FILE, LINES_IN_TESTS, LINES_IN_FUNCTION, ARGUMENTS = 300, 500, 40, 6

SOURCES = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
relative = {path: str(path.relative_to(ROOT)) for path in (*SOURCES, *TESTS)}


def modules(package: object) -> Iterator[object]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):  # type: ignore[attr-defined]
        yield importlib.import_module(found.name)


def classes(package: object, base: type[T]) -> set[type[T]]:
    """Every class of this base that is defined anywhere in the package."""
    found = {
        each
        for module in modules(package)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, base) and each is not base
    }
    return {each for each in found if each.__module__.startswith(package.__name__)}  # type: ignore[attr-defined]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_arrows_point_at_the_domain() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_command_is_in_the_catalogue() -> None:
    assert classes(commands, Command) == set(HANDLERS)


def test_every_fact_is_in_the_catalogue() -> None:
    assert classes(domain, Fact) == set(FACTS.values())


@pytest.mark.parametrize("kind", HANDLERS, ids=lambda kind: kind.__name__)
def test_every_command_has_a_valid_example_and_says_what_it_asks(kind: type[Command]) -> None:
    assert kind.model_validate(kind.EXAMPLE)
    assert kind.__doc__
    assert HANDLERS[kind].__annotations__["command"] in (kind, kind.__name__)


def test_every_fact_and_refusal_says_what_it_means() -> None:
    silent = [
        kind.__qualname__
        for kind in (*FACTS.values(), *classes(domain, DomainError))
        if not vars(kind).get("__doc__")
    ]
    assert silent == []


def test_refusal_codes_are_unique() -> None:
    kinds = classes(domain, DomainError)
    codes = [kind.code for kind in kinds if "code" in vars(kind)]
    assert len(codes) == len(set(codes)) == len(kinds)


def test_the_reference_in_the_docs_is_todays() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m infra.reference`"
    assert SCHEMA.read_text("utf-8") == schema(), "run `python -m infra.reference`"


def test_stored_names_only_grow() -> None:
    kept = set(NAMES.read_text("utf-8").splitlines())
    today = {f"{name} {kind.context()}" for name, kind in FACTS.items()}
    assert kept - today == set(), "a stored name was removed, renamed or moved"
    assert today - kept == set(), "run `python -m tests.corpus.grow`"


def test_every_projection_is_named_once_and_knows_its_tables() -> None:
    for name, projection in PROJECTIONS.items():
        assert name == projection.name
        assert "create table if not exists" in projection.sql
    assert {module.__name__ for module in modules(projections)}  # type: ignore[attr-defined]


def test_every_read_table_belongs_to_agencies_behind_a_wall(dsn: str, store: Deedbook) -> None:
    with psycopg.connect(dsn) as conn:
        tables = conn.execute(
            """select relname, relrowsecurity from pg_class
            where relnamespace = 'public'::regnamespace and relkind = 'r'"""
        ).fetchall()
    open_to_all = {name for name, walled in tables if not walled}
    assert open_to_all <= {"checkpoints", "gaps", "relay_checkpoints"}


@pytest.mark.parametrize("path", SOURCES + TESTS, ids=lambda path: relative[path])
def test_files_and_functions_stay_short(path: Path) -> None:
    limit = LINES_IN_TESTS if path in TESTS else LINES_IN_FILE
    assert len(path.read_text("utf-8").splitlines()) <= limit
    too_long = {
        node.name: node.end_lineno - node.lineno + 1
        for node in functions(path)
        if node.end_lineno and node.end_lineno - node.lineno + 1 > LINES_IN_FUNCTION
    }
    assert too_long == {}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: relative[path])
def test_functions_take_few_arguments(path: Path) -> None:
    """On the command line an argument is an option, and options are many."""
    many = [
        node.name
        for node in functions(path)
        if len(node.args.args) > ARGUMENTS and node.name != "__init__" and path.parent.name != "cli"
    ]
    assert many == []


def test_the_readers_role_cannot_open_the_store(dsn: str, store: Deedbook) -> None:
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("set role deedbook_reader")
        for table in ("deedbook_events", "deedbook_commands"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(f"select * from {table}".encode())
