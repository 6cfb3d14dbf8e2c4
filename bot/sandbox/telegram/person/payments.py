"""Paying an invoice with Stars."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.params import read_params
from bot.sandbox.telegram.payments import CURRENCY, Payment
from bot.sandbox.telegram.person.requests import author, chat_in_path, message_in_path
from bot.sandbox.telegram.world import World


def payment_routes(world: World) -> list[Route]:
    """Paying, and the state of payments."""

    async def pay(request: Request) -> Response:
        chat, message = chat_in_path(world, request), message_in_path(world, request)
        person = author(world, chat, await read_params(request))
        if "invoice" not in message.body:
            raise Refused(409, "That message is not an invoice.")
        payment = Payment(
            world.payments.next_id(),
            chat.chat_id,
            person.user_id,
            message.body["invoice"]["total_amount"],
            message.invoice_payload,
            world.clock.steady_seconds(),
        )
        world.payments.add(payment)
        query = {
            "id": payment.payment_id,
            "from": person.as_user(),
            "currency": CURRENCY,
            "total_amount": payment.total_amount,
            "invoice_payload": payment.invoice_payload,
        }
        owner = world.bots.find(message.bot_id or 0)
        if owner is not None:
            owner.updates.push("pre_checkout_query", query)
        return JSONResponse({"pre_checkout_query_id": payment.payment_id}, status_code=202)

    async def payments(_request: Request) -> Response:
        return JSONResponse({"payments": [payment.as_json() for payment in world.payments]})

    return [
        Route("/chats/{chat_id}/messages/{message_id}/pay", pay, methods=["POST"]),
        Route("/payments", payments, methods=["GET"]),
    ]
