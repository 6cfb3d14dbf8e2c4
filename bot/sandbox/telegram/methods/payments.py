"""sendInvoice, answerPreCheckoutQuery, refundStarPayment: Telegram Stars only."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.methods.call import Call, chat_of
from bot.sandbox.telegram.methods.sending import send
from bot.sandbox.telegram.payments import CHECKOUT_SECONDS, CURRENCY, Payment

Json = dict[str, Any]

_PAYLOAD_LIMIT_BYTES = 128
_TITLE_LIMIT, _DESCRIPTION_LIMIT = 32, 255


async def send_invoice(call: Call) -> Json:
    """https://core.telegram.org/bots/api#sendinvoice"""
    chat = chat_of(call)
    amount = _amount(call)
    params = call.params
    invoice: Json = {
        "title": params.text("title"),
        "description": params.text("description"),
        "start_parameter": params.text("start_parameter"),
        "currency": CURRENCY,
        "total_amount": amount,
    }
    if not 1 <= len(invoice["title"]) <= _TITLE_LIMIT:
        raise bad_request("INVOICE_TITLE_INVALID")
    if not 1 <= len(invoice["description"]) <= _DESCRIPTION_LIMIT:
        raise bad_request("INVOICE_DESCRIPTION_INVALID")
    pay = {"inline_keyboard": [[{"text": f"Pay ⭐️{amount}", "pay": True}]]}
    message = send(call, chat, {"invoice": invoice}, default_keyboard=pay)
    message.invoice_payload = params.text("payload")
    return message.as_api()


def _amount(call: Call) -> int:
    params = call.params
    if params.text("currency") != CURRENCY:
        raise bad_request("CURRENCY_INVALID")
    if params.text("provider_token"):
        raise bad_request("PAYMENT_PROVIDER_INVALID")
    if not 1 <= len(params.text("payload").encode()) <= _PAYLOAD_LIMIT_BYTES:
        raise bad_request("INVOICE_PAYLOAD_INVALID")
    prices = params.json("prices")
    if not isinstance(prices, list) or len(prices) != 1 or not isinstance(prices[0], dict):
        raise bad_request("STARS_INVOICE_INVALID")
    amount = prices[0].get("amount")
    if not isinstance(amount, int) or amount < 1:
        raise bad_request("STARS_INVOICE_INVALID")
    return amount


async def answer_pre_checkout_query(call: Call) -> bool:
    """https://core.telegram.org/bots/api#answerprecheckoutquery (within 10 s)"""
    world, params = call.world, call.params
    payment = world.payments.find(params.text("pre_checkout_query_id"))
    if payment is None or payment.state != "asked" or _too_late(call, payment):
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if not params.flag("ok"):
        payment.state = "declined"
        payment.error_message = params.text("error_message")
        if not payment.error_message:
            raise bad_request("error message must be non-empty")
        return True
    payment.state = "paid"
    _service_message(call, payment, "successful_payment")
    return True


def _too_late(call: Call, payment: Payment) -> bool:
    return call.world.clock.steady_seconds() - payment.asked_at_seconds > CHECKOUT_SECONDS


async def refund_star_payment(call: Call) -> bool:
    """https://core.telegram.org/bots/api#refundstarpayment"""
    payment = call.world.payments.by_charge(call.params.text("telegram_payment_charge_id"))
    if payment is None or payment.user_id != call.params.integer("user_id"):
        raise bad_request("CHARGE_NOT_FOUND")
    if payment.state == "refunded":
        raise bad_request("CHARGE_ALREADY_REFUNDED")
    payment.state = "refunded"
    _service_message(call, payment, "refunded_payment")
    return True


def _service_message(call: Call, payment: Payment, kind: str) -> None:
    chat = call.world.chats.get(payment.chat_id)
    payer = call.world.people.get(payment.user_id)
    content = payment.as_message_content()
    if kind == "successful_payment":
        content["provider_payment_charge_id"] = ""
    message = call.world.post(chat, payer.as_user(), {kind: content})
    call.world.announce(message)
    call.world.tell_bots(chat, "message", message.as_api())
