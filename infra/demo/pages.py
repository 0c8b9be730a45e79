"""The demo's answers as a person reads them on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

MOST_FOR, MOST_AGAINST = 3, 2

Answer = dict[str, Any]


def client_page(contact: Answer) -> RenderableType:
    """One client: what they look for, and the best homes with what speaks for and against each."""
    matches = contact["matches"]
    count = matches["totalCount"]
    homes = "1 home fits" if count == 1 else f"{count:,} homes fit"
    best = f"{homes}. The best {len(matches['nodes'])}:"
    return Group(
        Rule(Text(contact["name"], "bold"), align="left"),
        Text(f"Looks for {', '.join(_wishes(contact['requirements']))}"),
        Text(f"{best}\n", "dim"),
        *(_match(each) for each in matches["nodes"]),
    )


def comparison_page(found: Answer) -> RenderableType:
    """The table, with the best of each row marked, and the paragraph."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column("")
    for standing in found["standings"]:
        table.add_column(standing["label"], justify="right")
    for row in found["rows"]:
        if any(cell["text"] for cell in row["cells"]):
            table.add_row(row["label"], *(_cell(cell) for cell in row["cells"]))
    title = Text.assemble(("The three side by side for ", ""), (found["name"], "bold"))
    table.caption = Text("* the best of its row", "dim")
    table.caption_justify = "left"
    return Group(Rule(title, align="left"), table, Text(""), Text(found["paragraph"]))


def _cell(cell: Answer) -> Text:
    return Text(cell["text"] + (" *" if cell["best"] else "  "), "green" if cell["best"] else "")


def _wishes(wish: Answer) -> Iterator[str]:
    """The stated requirements in a few words each."""
    low, top = wish["budgetFrom"], wish["budgetTo"]
    yield f"{low['text']} to {top['text']}" if low else f"up to {top['text']}"
    yield " or ".join(f"{area['radiusKm']:g} km around {area['place']}" for area in wish["areas"])
    if wish["bedroomsMin"]:
        yield f"{wish['bedroomsMin']}+ bedrooms"
    if wish["bathroomsMin"]:
        yield f"{float(wish['bathroomsMin']):g}+ bathrooms"
    if wish["livingAreaMin"]:
        yield f"{float(wish['livingAreaMin']['value']):,.0f}+ sq ft"
    if wish["mustHaves"]:
        yield f"must have: {_words(wish['mustHaves'])}"
    if wish["niceToHaves"]:
        yield f"would like: {_words(wish['niceToHaves'])}"


def _words(names: list[str]) -> str:
    *others, last = (name.replace("_", " ") for name in names)
    return " and ".join(filter(None, (", ".join(others), last)))


def _match(match: Answer) -> RenderableType:
    home, reasons = match["property"], match["reasons"]
    line = Table.grid(padding=(0, 2))
    for width in (3, 5, 9, 14, 7, 9, 12):
        line.add_column(min_width=width, justify="right" if width in (3, 5) else "left")
    line.add_row(
        f"{match['rank']}.",
        Text(f"{match['score']:.1f}", "bold"),
        home["listingId"],
        home["listPrice"]["text"],
        f"{home['bedroomsTotal']} bed",
        f"{float(home['bathroomsTotal']):g} bath",
        f"{float(home['livingArea']['value']):,.0f} sq ft",
        f"{home['address']['city']}, built {home['yearBuilt']}",
    )
    said = [_reason("+", "green", each) for each in reasons["for"][:MOST_FOR]]
    said += [_reason("-", "red", each) for each in reasons["against"][:MOST_AGAINST]]
    return Group(line, Padding(Group(*said), (0, 0, 1, 12), expand=False))


def _reason(sign: str, style: str, reason: Answer) -> Text:
    return Text.assemble((f"{sign} ", style), reason["sentence"])
