"""Stars: asked, answered in time, paid once, refunded once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.local_telegram import LocalTelegram

INVOICE: dict[str, Any] = {
    "title": "A minute",
    "description": "Sixty seconds of video",
    "payload": "minute-1",
    "currency": "XTR",
    "prices": [{"label": "A minute", "amount": 50}],
}


async def _checkout(telegram: LocalTelegram) -> str:
    sent = await telegram.call("sendInvoice", chat_id=telegram.chat_id, **INVOICE)
    assert sent["invoice"]["total_amount"] == 50
    path = f"/chats/{telegram.chat_id}/messages/{sent['message_id']}/pay"
    assert (await telegram.sim("POST", path)).status_code == 202
    query = (await telegram.updates())[-1]["pre_checkout_query"]
    assert (query["invoice_payload"], query["total_amount"]) == ("minute-1", 50)
    return str(query["id"])


async def test_a_purchase_is_paid_and_refunded_once(telegram: LocalTelegram) -> None:
    query_id = await _checkout(telegram)
    await telegram.call("answerPreCheckoutQuery", pre_checkout_query_id=query_id, ok=True)
    paid = (await telegram.updates())[-1]["message"]["successful_payment"]
    refund = {
        "user_id": telegram.chat_id,
        "telegram_payment_charge_id": paid["telegram_payment_charge_id"],
    }
    assert await telegram.call("refundStarPayment", **refund)
    assert "refunded_payment" in (await telegram.updates())[-1]["message"]
    said = await telegram.refusal("refundStarPayment", **refund)
    assert said == "Bad Request: CHARGE_ALREADY_REFUNDED"
    (payment,) = (await telegram.sim("GET", "/payments")).json()["payments"]
    assert payment["state"] == "refunded"


async def test_a_declined_purchase_is_not_paid(telegram: LocalTelegram) -> None:
    query_id = await _checkout(telegram)
    await telegram.call(
        "answerPreCheckoutQuery", pre_checkout_query_id=query_id, ok=False, error_message="Sold out"
    )
    (payment,) = (await telegram.sim("GET", "/payments")).json()["payments"]
    assert (payment["state"], payment["error_message"]) == ("declined", "Sold out")
    said = await telegram.refusal("answerPreCheckoutQuery", pre_checkout_query_id=query_id, ok=True)
    assert "query is too old" in said


async def test_ten_seconds_later_it_is_too_late(telegram: LocalTelegram) -> None:
    query_id = await _checkout(telegram)
    telegram.clock.advance(11)
    said = await telegram.refusal("answerPreCheckoutQuery", pre_checkout_query_id=query_id, ok=True)
    assert "query is too old" in said


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"currency": "EUR"}, "CURRENCY_INVALID"),
        ({"provider_token": "x"}, "PAYMENT_PROVIDER_INVALID"),
        ({"payload": ""}, "INVOICE_PAYLOAD_INVALID"),
        ({"prices": []}, "STARS_INVOICE_INVALID"),
        ({"prices": INVOICE["prices"] * 2}, "STARS_INVOICE_INVALID"),
    ],
)
async def test_only_stars_with_one_price_are_sold(
    telegram: LocalTelegram, change: dict[str, Any], reason: str
) -> None:
    said = await telegram.refusal("sendInvoice", chat_id=telegram.chat_id, **INVOICE | change)
    assert said == f"Bad Request: {reason}"
