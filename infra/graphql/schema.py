"""The graph: what can be seen, what can be asked, and what is pushed."""

from __future__ import annotations

from strawberry.schema.config import StrawberryConfig

from infra.graphql.answers import Explain, QuietSchema
from infra.graphql.forget import Forget
from infra.graphql.limits import Limits
from infra.mutations import Mutation
from queries.scalars import SCALARS
from queries.schema import Query, Subscription


def make_schema() -> QuietSchema:
    return QuietSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        extensions=[Limits, Explain, Forget],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
