"""The measure of a page: Starlette that says hello, under the same server: `bench.hello PORT`."""

import asyncio
import sys

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from abonent.main.serving import serve, server


async def hello(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def main(port: int) -> None:
    app = Starlette(routes=[Route("/", hello), Route("/readyz", hello)])
    await serve([server(app, "127.0.0.1", port)], [])


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
