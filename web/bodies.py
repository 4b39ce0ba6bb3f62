"""Reading what comes to a door that anybody may knock at: never more than it is made for."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response


async def read_body(request: Request, most: int) -> bytes | Response:
    """Return the body of a request, or the answer to one that is longer than so many bytes."""
    raw = bytearray()
    async for part in request.stream():
        raw += part
        if len(raw) > most:
            return PlainTextResponse("Too large.", 413)
    return bytes(raw)
