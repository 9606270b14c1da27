"""The one serialisation of answers, for the command line, the API and tiles."""

from __future__ import annotations

from typing import Any

import msgspec

from castanea.contracts.query import Answer, Period
from castanea.semantics.answers import utc_text

_encoder = msgspec.json.Encoder()


def answer_to_json(answer: Answer) -> bytes:
    """UTF-8 JSON: columns, rows (decimals as strings), as_of, quality, period, and where asked compared, totals, others, members."""
    return _encoder.encode(answer_fields(answer))


def answer_fields(answer: Answer) -> dict[str, Any]:
    """The answer as plain values, ready for JSON."""
    return {
        "columns": [
            {"name": c.name, "unit": c.unit, "currency": c.currency, "role": c.role, "metric": c.metric}
            for c in answer.columns
        ],
        "rows": answer.rows,
        "as_of": utc_text(answer.as_of),
        "quality": {
            "score": answer.quality.score,
            "causes": [{"code": c.code, "share": c.share, "values": c.values} for c in answer.quality.causes],
        },
        "period": _period(answer.period),
        "compared": _period(answer.compared) if answer.compared else None,
        "totals": answer.totals,
        "others": answer.others,
        "members": answer.members,
        "notes": [{"code": n.code, "values": n.values} for n in answer.notes],
        "source": answer.source,
    }


def _period(period: Period) -> dict[str, Any]:
    return {
        "start": utc_text(period.start),
        "end": utc_text(period.end),
        "zone": period.zone,
        "complete": period.complete,
    }
