"""Payments in Telegram Stars. https://core.telegram.org/bots/payments-stars"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

CURRENCY = "XTR"
# A bot has this long to answer a pre_checkout_query.
CHECKOUT_SECONDS = 10.0
_FIRST_ID = 300_000_000_000_001

PaymentState = Literal["asked", "paid", "declined", "refunded"]


@dataclass(slots=True)
class Payment:
    """One purchase: from the press of Pay to perhaps its refund."""

    payment_id: str
    chat_id: int
    user_id: int
    total_amount: int
    invoice_payload: str
    asked_at_seconds: float
    state: PaymentState = "asked"
    error_message: str | None = None

    @property
    def charge_id(self) -> str:
        """`telegram_payment_charge_id`."""
        return f"stx{self.payment_id}"

    def as_json(self) -> dict[str, Any]:
        """The payment as the /sim API shows it."""
        return {
            "pre_checkout_query_id": self.payment_id,
            "chat_id": self.chat_id,
            "user_id": self.user_id,
            "total_amount": self.total_amount,
            "currency": CURRENCY,
            "invoice_payload": self.invoice_payload,
            "telegram_payment_charge_id": self.charge_id,
            "state": self.state,
            "error_message": self.error_message,
        }

    def as_message_content(self) -> dict[str, Any]:
        """What `successful_payment` and `refunded_payment` have in common."""
        return {
            "currency": CURRENCY,
            "total_amount": self.total_amount,
            "invoice_payload": self.invoice_payload,
            "telegram_payment_charge_id": self.charge_id,
        }


class Payments:
    """All payments, by the id of their pre-checkout query."""

    def __init__(self) -> None:
        self._payments: dict[str, Payment] = {}
        self._ids = itertools.count(_FIRST_ID)

    def __iter__(self) -> Iterator[Payment]:
        return iter(list(self._payments.values()))

    def next_id(self) -> str:
        """The id of the next pre-checkout query."""
        return str(next(self._ids))

    def add(self, payment: Payment) -> None:
        """Keep a payment."""
        self._payments[payment.payment_id] = payment

    def find(self, payment_id: str) -> Payment | None:
        """The payment of this pre-checkout query."""
        return self._payments.get(payment_id)

    def by_charge(self, charge_id: str) -> Payment | None:
        """The payment of this `telegram_payment_charge_id`."""
        return next((p for p in self if p.charge_id == charge_id), None)
