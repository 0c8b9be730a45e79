"""How much one operation may ask for, counted before it runs. Fragments are weighed once each, so
that nested ones cannot make the counting itself the attack.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
    ValueNode,
    VariableNode,
    get_named_type,
)
from strawberry.extensions import SchemaExtension

from queries.cursors import MOST, USUAL

DEPTH, ALIASES, COST, TOKENS = 14, 30, 50_000, 3_000
LIST = 5
PAGED_BELOW = ("Connection", "Page")


@dataclass(frozen=True)
class Weight:
    """`cost`: how many fields the answer may have at most, where a plain list counts as five."""

    depth: int = 0
    aliases: int = 0
    cost: int = 0

    def beside(self, other: Weight) -> Weight:
        depth = max(self.depth, other.depth)
        return Weight(depth, self.aliases + other.aliases, self.cost + other.cost)


@dataclass
class Scale:
    """Weighs the operations of one document with the values of their variables."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    _known: dict[str, Weight] = field(default_factory=dict)

    def weigh(self, selections: SelectionSetNode | None, parent: Any) -> Weight:
        total = Weight()
        for each in selections.selections if selections else ():
            match each:
                case FieldNode():
                    total = total.beside(self._field(each, parent))
                case InlineFragmentNode(type_condition=named):
                    inside = self.schema.get_type(named.name.value) if named else parent
                    total = total.beside(self.weigh(each.selection_set, inside))
                case FragmentSpreadNode():
                    total = total.beside(self._fragment(each.name.value))
        return total

    def _fragment(self, name: str) -> Weight:
        """One that is being weighed already holds itself, which another rule refuses."""
        if name not in self._known and name in self.fragments:
            self._known[name] = Weight()
            found = self.fragments[name]
            parent = self.schema.get_type(found.type_condition.name.value)
            self._known[name] = self.weigh(found.selection_set, parent)
        return self._known.get(name, Weight())

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Weight:
        aliases = 1 if node.alias else 0
        fields = parent.fields if isinstance(parent, GraphQLObjectType) else {}
        known = fields.get(node.name.value)
        if known is None:
            return Weight(1, aliases, 1)
        inside = self.weigh(node.selection_set, get_named_type(known.type))
        many = 1
        if "first" in known.args:
            many = self._page(node)
        elif "[" in str(known.type) and not str(parent).endswith(PAGED_BELOW):
            many = LIST
        return Weight(inside.depth + 1, inside.aliases + aliases, 1 + many * inside.cost)

    def _page(self, node: FieldNode) -> int:
        sizes = [
            self._number(each.value)
            for each in node.arguments or ()
            if each.name.value in ("first", "last")
        ]
        return max(sizes, default=USUAL)

    def _number(self, value: ValueNode) -> int:
        """An unusable size is refused later; here it weighs as the largest."""
        given: Any = MOST
        if isinstance(value, IntValueNode):
            given = int(value.value)
        elif isinstance(value, VariableNode):
            given = self.variables.get(value.name.value)
            given = USUAL if given is None else given
        return given if isinstance(given, int) and 0 <= given <= MOST else MOST


def _defaults(node: OperationDefinitionNode) -> dict[str, Any]:
    """Of variables that have one; a default that is not a number weighs as the largest."""
    return {
        each.variable.name.value: int(each.default_value.value)
        if isinstance(each.default_value, IntValueNode)
        else MOST
        for each in node.variable_definitions or ()
        if each.default_value is not None
    }


class Limits(SchemaExtension):
    """Refuses operations that are too deep, too long, or ask for too much."""

    def on_operation(self) -> Iterator[None]:
        context = self.execution_context
        context.parse_options["max_tokens"] = TOKENS
        rule = _rule(context.variables or {})
        context.validation_rules = (*context.validation_rules, rule)
        yield


def _rule(variables: Mapping[str, Any]) -> type[ValidationRule]:
    class WithinLimits(ValidationRule):
        context: ValidationContext

        def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
            fragments = {
                each.name.value: each
                for each in self.context.document.definitions
                if isinstance(each, FragmentDefinitionNode)
            }
            schema = self.context.schema
            scale = Scale(schema, fragments, _defaults(node) | dict(variables))
            weight = scale.weigh(node.selection_set, schema.get_root_type(node.operation))
            for sentence in _complaints(weight):
                self.report_error(
                    GraphQLError(sentence, node, extensions={"code": "too_much_asked"})
                )

    return WithinLimits


def _complaints(weight: Weight) -> Iterable[str]:
    for name, found, most in (
        ("depth", weight.depth, DEPTH),
        ("number of aliases", weight.aliases, ALIASES),
        ("cost", weight.cost, COST),
    ):
        if found > most:
            shown = found if found < 10**9 else "more than a billion"
            yield f"The {name} of this operation is {shown}; the most allowed is {most}."
