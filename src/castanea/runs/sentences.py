"""Sentences asked on the warehouse: the words that the asker's own members go by are read once a minute, within the asker's rights."""

from __future__ import annotations

import json
from collections import OrderedDict
from functools import partial

from castanea.contracts.query import Query, Rights
from castanea.contracts.sentence import LONGEST, Meaning, Understanding
from castanea.kit.clock import monotonic
from castanea.kit.errors import InputError
from castanea.kit.messages import LOCALES
from castanea.kit.zones import to_local, zone_of
from castanea.runs.desk import Desk
from castanea.semantics.sentences import Vocabulary, members_of, told, understand

FRESH = 60.0  # seconds
KEPT = 16  # vocabularies of different rights


class Sentences:
    """May be asked from several threads."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._known: OrderedDict[str, tuple[float, Vocabulary]] = OrderedDict()

    def understand(self, sentence: str, rights: Rights) -> Understanding:
        """Raises InputError for a sentence that names no number, is too long, or asks for what cannot be asked."""
        if len(sentence) > LONGEST:
            raise InputError(
                f"the sentence has {len(sentence)} characters; use {LONGEST} at most",
                code="ask.too_long",
                values={"longest": LONGEST},
            )
        desk = self._desk
        today = to_local(desk.clock.now(), zone_of(desk.workspace.settings.zone)).date()
        found = understand(sentence, self._vocabulary(rights), today, partial(desk.planner().check, rights=rights))
        return Understanding(
            self._meaning(found.query),
            found.unknown,
            found.supposed,
            tuple(self._meaning(each) for each in found.others),
        )

    def _meaning(self, query: Query) -> Meaning:
        return Meaning(query, {locale: told(query, self._desk.catalog, locale) for locale in LOCALES})

    def _vocabulary(self, rights: Rights) -> Vocabulary:
        known, now = self._known.get(rights.key), monotonic()
        if known is not None and now - known[0] < FRESH:
            return known[1]
        vocabulary = Vocabulary(
            self._desk.catalog, members_of(lambda query: json.loads(self._desk.query(query, rights)))
        )
        self._known[rights.key] = (now, vocabulary)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return vocabulary
