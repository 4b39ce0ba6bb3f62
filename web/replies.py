"""The door for what clients answer by SMS: `/webhooks/sms/{business}`, told by the gateway (R19)."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from models.db import transact
from models.errors import BadInputError
from tasks.replies import SIGNATURE, ForgedReplyError, Signed, read_reply, record_reply
from web.bodies import read_body
from web.room import Room

LARGEST = 100_000


class Replies:
    """Takes one reply a call; what was recorded, or is known already, is answered with 204."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def take(self, request: Request) -> Response:
        """Take a reply."""
        raw = await read_body(request, LARGEST)
        if isinstance(raw, Response):
            return raw
        signed = Signed(raw, request.headers.get(SIGNATURE, ""))
        return await run_in_threadpool(self._record, request.path_params["business"], signed)

    def _record(self, business_id: str, signed: Signed) -> Response:
        room = self._room
        if room.sms_key is None:
            return PlainTextResponse("No SMS gateway is set up here.", 503)
        now = room.clock.now()
        try:
            reply = read_reply(signed, room.sms_key, now)
        except ForgedReplyError:
            return PlainTextResponse("The signature is not right.", 400)
        except BadInputError as error:
            return PlainTextResponse(str(error), 422)
        if room.look(lambda c: c.execute("SELECT 1 FROM businesses WHERE id = %s", (business_id,)).fetchone()) is None:
            return PlainTextResponse("There is no such business.", 404)
        transact(room.engine, lambda c: record_reply(c, business_id, reply, now))
        return Response(status_code=204)
