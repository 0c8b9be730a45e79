"""The page for trying queries: it opens with one worth running, and takes a token from its address:
/graphql#token=... (a fragment, which a browser never sends to a server).
"""

from __future__ import annotations

import re

FIRST_QUERY = """\
# Homes on the market that are worth a look. Ctrl-Enter runs it.
{
  properties(first: 5, filter: {status: ACTIVE}, orderBy: {field: LIST_PRICE, direction: DESC}) {
    totalCount
    nodes {
      address { text }
      listPrice { text }
      bedroomsTotal
      livingArea { value units }
      history(first: 3) { nodes { at by summary } }
    }
  }
}
"""
FROM_ADDRESS = """
      const shown = new URLSearchParams(window.location.hash.slice(1)).get("token");
      if (shown) {
        parameters.headers = JSON.stringify({ Authorization: "Bearer " + shown });
      }
"""
CONNECT = "subscriptionUrl,\n        wsConnectionParams: shown ? { token: shown } : {},"


def page(html: str) -> str:
    """The library's page with our query and with the token in place."""
    html = re.sub(
        r"const EXAMPLE_QUERY = `.*?`;",
        lambda _: f"const EXAMPLE_QUERY = `{FIRST_QUERY}`;",
        html,
        count=1,
        flags=re.DOTALL,
    )
    html = html.replace("Strawberry GraphiQL", "Deedbook")
    html = html.replace(
        "      const fetchURL = window.location.href",
        f"{FROM_ADDRESS}\n      const fetchURL = window.location.href",
    )
    return html.replace("        subscriptionUrl,\n      });", f"        {CONNECT}\n      }});")
