"""Papers and lists as files: which format is wanted, and the file or the page that waits for it."""

from collections.abc import Collection
from urllib.parse import quote

from starlette.responses import Response

from abonent.channels.http.papers.desk import File, Format
from abonent.channels.http.problem import HttpProblem
from abonent.channels.web.visit import Visit, see_other
from abonent.operations.papers import PaperState

ALL: tuple[Format, ...] = ("pdf", "xlsx", "csv")
PDF: tuple[Format, ...] = ("pdf",)
"""Of what is a sheet of paper and no list."""


def wanted_format(visit: Visit, offered: Collection[Format] = ALL) -> Format | None:
    """The format that the address names, if any; raises HttpProblem 404 for one not offered."""
    wanted = visit.request.query_params.get("format")
    for known in ALL:
        if wanted == known and known in offered:
            return known
    if wanted is not None:
        raise HttpProblem(404, "not_found")
    return None


async def hand_over(visit: Visit, wanted: Format, paper: str, **about: str) -> Response:
    """The paper as a file, or the page that refreshes itself until it is ready."""
    desk = visit.deps.desk
    found = await desk.ask(visit.case, visit.wording, {"paper": paper, **about}, wanted)
    if isinstance(found, PaperState):
        page = visit.request.url.path.removesuffix("/statement")
        return see_other(f"/papers/{found.id}?back={quote(page)}")
    return file_response(found)


def file_response(file: File) -> Response:
    """Saved under its name, never shown inside the cabinet, and kept in no cache."""
    return Response(
        file.content,
        headers={
            "content-type": file.kind,
            "content-disposition": f'attachment; filename="{file.name}"',
            "cache-control": "no-store",
        },
    )
