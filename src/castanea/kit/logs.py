"""Structured logs: one line an event, readable on a terminal, JSON elsewhere, and never a secret or a person in them."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

_SECRET_NAMES = re.compile(
    r"pass(phrase|word)|token|secret|authorization|cookie|csrf|signature|api_?key", re.IGNORECASE
)
_HIDDEN = "[hidden]"
# Write keys, bearer tokens, e-mail addresses, Chinese mobile and identity numbers: also inside sentences and tracebacks.
_IN_TEXT: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"cwk_[0-9a-f]{16}_[0-9A-Za-z_-]+"), _HIDDEN),
    (re.compile(r"(?i)(bearer|castanea_session=)\s*[0-9A-Za-z_.~+/-]{8,}=*"), rf"\1 {_HIDDEN}"),
    (re.compile(r"[0-9A-Za-z._%+-]+@[0-9A-Za-z-]+\.[0-9A-Za-z.-]+"), _HIDDEN),
    (re.compile(r"(?<![0-9A-Fa-f.])\d{17}[0-9Xx](?![0-9A-Fa-f])"), _HIDDEN),
    (re.compile(r"(?<![0-9A-Fa-f.-])(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?![0-9A-Fa-f.])"), _HIDDEN),
)


def without_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: hides values by their names, and what looks like a secret or a person in any text."""
    for name, value in event.items():
        event[name] = _HIDDEN if _SECRET_NAMES.search(name) else _clean(value)
    return event


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        for pattern, instead in _IN_TEXT:
            value = pattern.sub(instead, value)
        return value
    if isinstance(value, Mapping):
        return {k: _HIDDEN if _SECRET_NAMES.search(str(k)) else _clean(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    return value


def configure_logs(level: str = "INFO", out: TextIO | None = None) -> None:
    """Set up logging for this process, once, at its start: structlog, and what libraries log by the standard module. Goes to standard
    error by default, as JSON when that is no terminal. An unknown level is taken for INFO."""
    out = out or sys.stderr
    least = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_secrets,
    ]
    shown: structlog.typing.Processor
    shown = structlog.dev.ConsoleRenderer() if out.isatty() else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*shared, shown],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[_drop_meta, shown]))
    logging.basicConfig(handlers=[handler], level=max(least, logging.WARNING), force=True)


def _drop_meta(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event.pop("_record", None)
    event.pop("_from_structlog", None)
    return event
