"""The command line. Exit code 0: done; 1: it failed; 2: asked wrongly; 3: some rows rejected."""

from __future__ import annotations

import sys
from subprocess import SubprocessError

import psycopg
import typer
from eventsourcing.persistence import PersistenceError
from pydantic import ValidationError
from rich.text import Text

from commands.ledger import StoreUnavailable
from domain.kernel import DomainError
from infra.auth import SecretMissing
from infra.cli.health import doctor, unpark
from infra.cli.importing import imports
from infra.cli.parts import FAILED, WRONG_INPUT, Failure, err
from infra.cli.processes import api, init, relay, runner, worker
from infra.cli.showing import demo
from infra.cli.tokens import token
from infra.demo import Broken
from infra.importing import BadFile

app = typer.Typer(
    name="deedbook",
    help="The append-only book of a real-estate business. Settings come from the environment "
    "(DEEDBOOK_...) or a .env file; without DEEDBOOK_DATABASE_URL an embedded Postgres is used.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (demo, api, relay, worker, runner, init, token, doctor, unpark):
    app.command()(command)
app.add_typer(imports, name="import")


def main() -> None:
    """Expected trouble ends with one readable line, anything else is a mistake of ours."""
    try:
        app()
    except Failure as failure:
        _end(str(failure), failure.exit_code)
    except BadFile as bad:
        _end(str(bad), WRONG_INPUT)
    except ValidationError as error:
        _end(_settings(error), WRONG_INPUT)
    except Broken as broken:
        _end(str(broken))
    except SubprocessError as error:
        _end(f"The embedded Postgres did not start: {_line(error)}.")
    except SecretMissing as missing:
        _end(f"{missing}. For development: DEEDBOOK_DEVELOPMENT=1 makes one.", WRONG_INPUT)
    except DomainError as refusal:
        _end(f"{refusal.message} ({refusal.code})")
    except (psycopg.OperationalError, PersistenceError, StoreUnavailable) as error:
        _end(
            f"The database does not answer: {_line(error)}. Is DEEDBOOK_DATABASE_URL right, and "
            "does Postgres run? `deedbook doctor` tells more. The same command can be repeated."
        )
    except OSError as error:
        _end(f"{error.filename or 'The system'}: {error.strerror or error}.")
    except KeyboardInterrupt:
        sys.exit(130)


def _end(message: str, code: int = FAILED) -> None:
    err.print(Text.assemble(("Error: ", "bold red"), message), soft_wrap=True)
    sys.exit(code)


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300].rstrip(".")


def _settings(error: ValidationError) -> str:
    if error.title != "Settings":
        raise error
    wrong = error.errors(include_url=False)[0]
    name = str(wrong["loc"][0]).upper().removeprefix("DEEDBOOK_")
    return f"DEEDBOOK_{name}={wrong['input']!r}: {wrong['msg']}."
