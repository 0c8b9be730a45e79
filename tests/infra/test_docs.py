"""What the guides tell to ask is a question that the graph takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from infra.graphql.schema import make_schema

DOCS = Path(__file__).parents[2] / "docs"
QUESTION = re.compile(r"```graphql\n(.*?)```", re.DOTALL)
SHOWN = [
    pytest.param(found, id=f"{path.stem}-{place}")
    for path in sorted(DOCS.glob("*.md"))
    for place, found in enumerate(QUESTION.findall(path.read_text("utf-8")))
]
SHORTENED = re.compile(r'"[0-9a-f]*\.\.\."')
ID = '"0b7e2d1c-3c1b-4f7f-9c43-0a9a2d6f7f10"'


@pytest.mark.parametrize("shown", SHOWN)
def test_the_graph_takes_what_a_guide_shows(shown: str) -> None:
    schema = build_schema(make_schema().as_str())
    assert validate(schema, parse(SHORTENED.sub(ID, shown))) == []
