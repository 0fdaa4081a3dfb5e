"""Quotes and outcomes as JSON, for proposals and for the answer to a repeated request."""

import json
from typing import Any

from abonent.kernel.ids import OperationId
from abonent.kernel.money import Money
from abonent.kernel.outcome import Done, NeedsConfirm, Quote, Receipt, Refused
from abonent.kernel.text import Text, values_from_json, values_to_json
from abonent.kernel.time import Instant


def quote_to_json(quote: Quote) -> str:
    """Equal quotes give equal texts, so that a quote is compared whole."""
    return _dump(_pack_quote(quote))


def quote_from_json(text: str) -> Quote:
    return _unpack_quote(json.loads(text))


def outcome_to_json(outcome: Done | Refused) -> str:
    if isinstance(outcome, Done):
        receipt = outcome.receipt
        return _dump(
            {
                "receipt": receipt.id,
                "text": _pack_text(receipt.text),
                "state": receipt.state,
                "link": receipt.link,
                "undo": receipt.undo,
            }
        )
    again = outcome.again
    return _dump(
        {
            "refused": outcome.code,
            "text": _pack_text(outcome.text),
            "again": None if again is None else [again.proposal, _pack_quote(again.quote)],
        }
    )


def outcome_from_json(text: str) -> Done | Refused:
    packed = json.loads(text)
    if "receipt" in packed:
        return Done(
            Receipt(
                OperationId(packed["receipt"]),
                _unpack_text(packed["text"]),
                packed["state"],
                packed["link"],
                packed["undo"],
            )
        )
    again = packed["again"]
    return Refused(
        packed["refused"],
        _unpack_text(packed["text"]),
        None if again is None else NeedsConfirm(OperationId(again[0]), _unpack_quote(again[1])),
    )


def _pack_quote(quote: Quote) -> dict[str, Any]:
    return {
        "text": _pack_text(quote.text),
        "price": [quote.price.amount_minor, quote.price.currency],
        "effective_at": quote.effective_at,
        "terms": [_pack_text(term) for term in quote.terms],
    }


def _unpack_quote(packed: dict[str, Any]) -> Quote:
    at = packed["effective_at"]
    return Quote(
        _unpack_text(packed["text"]),
        Money(*packed["price"]),
        None if at is None else Instant(at),
        tuple(_unpack_text(term) for term in packed["terms"]),
    )


def _pack_text(text: Text) -> list[str]:
    return [text.key, values_to_json(text.values)]


def _unpack_text(packed: list[str]) -> Text:
    return Text(packed[0], values_from_json(packed[1]))


def _dump(packed: object) -> str:
    return json.dumps(packed, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
