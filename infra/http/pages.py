"""The pages for people who try the API. What they load comes from here, never from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from infra.graphql.page import STATIC, STATIC_PATH

DOCS = "/docs"
DOCS_STATIC_PATH = f"{DOCS}/static"
SWAGGER = f"{DOCS_STATIC_PATH[1:]}/swagger-ui-dist@5.35.0"
ICON = "data:,"
SHOWN = {"validatorUrl": None, "defaultModelsExpandDepth": 0}


class Versioned(StaticFiles):
    """The paths name versions: what was loaded once never becomes something else."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def add_pages(app: FastAPI, development: bool) -> None:
    """`/docs`, and what it and the GraphiQL page load; the latter is there in development only."""
    app.mount(DOCS_STATIC_PATH, Versioned(directory=Path(__file__).with_name("static")))
    app.add_route(DOCS, _docs, include_in_schema=False)
    if development:
        app.mount(STATIC_PATH, Versioned(directory=STATIC))


async def _docs(_: Any) -> HTMLResponse:
    return get_swagger_ui_html(
        openapi_url="openapi.json",
        title="Deedbook",
        swagger_js_url=f"{SWAGGER}/swagger-ui-bundle.js",
        swagger_css_url=f"{SWAGGER}/swagger-ui.css",
        swagger_favicon_url=ICON,
        swagger_ui_parameters=SHOWN,
    )
