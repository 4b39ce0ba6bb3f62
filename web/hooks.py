"""The door for what card providers tell: raw bytes in, verified and kept, then answered; workers read them."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from models.errors import ConfigurationError
from tasks.gateways.cards import ForgedWebhookError
from tasks.webhooks import keep_webhook
from web.bodies import read_body
from web.room import Room

LARGEST = 1_000_000


class Hooks:
    """`/webhooks/{provider}/{business}`."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def take(self, request: Request) -> Response:
        """Take one message; what is kept is answered with 204, so that it is not told again."""
        raw = await read_body(request, LARGEST)
        if isinstance(raw, Response):
            return raw
        return await run_in_threadpool(self._keep, request, raw)

    def _keep(self, request: Request, raw: bytes) -> Response:
        provider, business_id = request.path_params["provider"], request.path_params["business"]
        if not self._uses(business_id, provider):
            return PlainTextResponse("There is no such door.", 404)
        room = self._room
        try:
            cards = room.cards.of(provider)
            header = cards.signature_header
            signature = request.headers.get(header, "")
            event_id = cards.verify_webhook(raw, signature)
        except ForgedWebhookError:
            return PlainTextResponse("The signature is not right.", 400)
        except ConfigurationError:
            return PlainTextResponse("This provider is not set up here.", 503)
        kept = (business_id, provider, event_id, raw, {header: signature}, room.clock.now())
        room.look(lambda c: keep_webhook(c, *kept))
        room.bells.ring("payments.read_webhooks")
        return Response(status_code=204)

    def _uses(self, business_id: str, provider: str) -> bool:
        """Whether there is such a business, and it takes cards through this provider."""
        query = "SELECT 1 FROM businesses WHERE id = %s AND cards ->> 'provider' = %s"
        return self._room.look(lambda c: c.execute(query, (business_id, provider)).fetchone()) is not None
