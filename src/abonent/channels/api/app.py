"""The API as routes, to be mounted under `/api/v1`."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from abonent.channels.api.deps import ApiDeps
from abonent.channels.api.failures import answering
from abonent.channels.api.openapi import document
from abonent.channels.api.operations import Operations, offered
from abonent.channels.api.sessions import Sessions
from abonent.channels.api.views import VIEWS, view_routes


def routes(deps: ApiDeps) -> list[BaseRoute]:
    """Everything that the API answers, failures included, whatever it is mounted in."""
    # Written once: anybody may ask for it, and it is long.
    described = JSONResponse(document(offered(deps), VIEWS, deps.wordings.for_language("en")))

    async def description(_request: Request) -> Response:
        return Response(described.body, media_type=described.media_type)

    inner = [
        Route("/openapi.json", description),
        *Sessions(deps).routes(),
        *view_routes(deps),
        *Operations(deps).routes(),
    ]
    return [Mount("", app=answering(inner, deps.wordings))]
