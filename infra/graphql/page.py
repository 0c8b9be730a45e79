"""The page for trying queries: it opens with one worth running, and takes a token from its address:
/graphql#token=... (a fragment, which a browser never sends to a server).
"""

from __future__ import annotations

import re
from pathlib import Path

FIRST_QUERY = """\
# Clients, the homes that fit them best, and why.
# Ctrl-Enter runs it.
{
  contacts(first: 3, filter: {hasRequirements: true}) {
    nodes {
      name
      requirements {
        budgetTo { text }
        bedroomsMin
        areas { place }
      }
      matches(first: 3) {
        totalCount
        nodes {
          score
          reasons {
            for { sentence contribution }
            against { sentence }
          }
          property { listingId address { text } }
        }
      }
    }
  }
}
"""
STATIC = Path(__file__).with_name("static")
STATIC_PATH = "/graphql/static"
FROM_ADDRESS = """\
      const shown = new URLSearchParams(window.location.hash.slice(1)).get("token");
      const signed = shown && JSON.stringify({ Authorization: "Bearer " + shown });
      const fetchURL = window.location.href.split(/[?#]/)[0];"""
CONNECT = """\
        subscriptionUrl,
        wsConnectionParams: shown ? { token: shown } : {},
      });"""
CHANGES = {
    "Strawberry GraphiQL": "Deedbook",
    "&#x1f353;": "&#x1f3e0;",
    '      const fetchURL = window.location.href.split("?")[0];': FROM_ADDRESS,
    "        subscriptionUrl,\n      });": CONNECT,
    "useState(parameters.headers)": "useState(signed || parameters.headers)",
    "defaultEditorToolsVisibility: true": "defaultEditorToolsVisibility: !shown",
    "replaceState(null, null, newSearch)": "replaceState(null, null, newSearch + location.hash)",
}


def page(html: str) -> str:
    """The library's page with our query, with the token in place, and with nothing from elsewhere:
    what it loads of other hosts is kept in `static` under the same paths.
    """
    html = re.sub(
        r"const EXAMPLE_QUERY = `.*?`;",
        lambda _: f"const EXAMPLE_QUERY = `{FIRST_QUERY}`;",
        html,
        count=1,
        flags=re.DOTALL,
    )
    html = re.sub(r'(src|href)="https?://[^/"]+/', rf'\1="{STATIC_PATH[1:]}/', html)
    for theirs, ours in CHANGES.items():
        html = html.replace(theirs, ours)
    return html
