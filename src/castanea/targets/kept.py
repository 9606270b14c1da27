"""Targets as they are kept. One change is one transaction, made on a version; what somebody else changed is never overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from uuid import uuid4

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from castanea.contracts.target import Target
from castanea.kit.clock import Clock
from castanea.kit.errors import Conflict, NotFound
from castanea.state import Database, TargetChange, TargetRow
from castanea.targets.checking import check_target, wrong
from castanea.targets.model import KeptTarget, NewTarget, TargetChanged, TargetEdit

MOST = 2000  # targets that are not in the archive


class Targets:
    """All methods block. `by` is the id of the account that asks. What a target asks is checked by who can ask (check_target of the link)."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def all(self, *, archived: bool = False) -> list[KeptTarget]:
        """The living ones, or those in the archive; those that end last first."""
        kept = TargetRow.archived_at.is_not(None) if archived else TargetRow.archived_at.is_(None)
        asked = select(TargetRow).where(kept).order_by(TargetRow.until.desc(), TargetRow.since, TargetRow.id)
        with self._database.read() as session:
            return [_told(row) for row in session.scalars(asked)]

    def living(self) -> list[Target]:
        return [kept.target for kept in self.all()]

    def get(self, target_id: str) -> KeptTarget:
        """Raises NotFound."""
        with self._database.read() as session:
            return _told(_row(session, target_id))

    def history(self, target_id: str) -> list[TargetChanged]:
        """Newest first. Raises NotFound."""
        asked = select(TargetChange).where(TargetChange.target_id == target_id).order_by(TargetChange.version.desc())
        with self._database.read() as session:
            _row(session, target_id)
            return [
                TargetChanged(c.version, c.at, c.by, c.kind, c.before, c.after)  # type: ignore[arg-type]
                for c in session.scalars(asked)
            ]

    def make(self, new: NewTarget, by: str) -> KeptTarget:
        """Raises InputError."""
        with self._database.write() as session:
            return self._insert(session, check_target(new), by)

    def change(self, target_id: str, edit: TargetEdit, by: str) -> KeptTarget:
        """Raises NotFound, InputError, Conflict (somebody changed it since `base`); nothing is kept then."""
        with self._database.write() as session:
            row = _row(session, target_id)
            if edit.base != row.version:
                last = session.get(TargetChange, (target_id, row.version))
                raise Conflict(
                    f"somebody else changed the target {row.content['name']!r} meanwhile; nothing was kept; look at it and change it again",
                    code="target.changed",
                    values={"name": row.content["name"], "by": "" if last is None else last.by},
                )
            return self._apply(session, row, edit, by)

    def import_all(self, new: Sequence[NewTarget], by: str) -> tuple[int, int]:
        """Keep the targets of a file, all or none: those that are there (same metric, scope and period) are changed. (made, changed)."""
        made = changed = 0
        with self._database.write() as session:
            living = session.scalars(select(TargetRow).where(TargetRow.archived_at.is_(None))).all()
            known = {_same(_content(_told(row).target)): row for row in living}
            for each in map(check_target, new):
                row = known.get(_same(_content(each)))
                if row is None:
                    kept = self._insert(session, each, by)
                    known[_same(_content(each))] = _row(session, kept.target.id)
                    made += 1
                elif row.content != _content(each):
                    self._apply(session, row, TargetEdit(row.version, each), by)
                    changed += 1
        return made, changed

    def _insert(self, session: Session, new: NewTarget, by: str) -> KeptTarget:
        if session.query(TargetRow).where(TargetRow.archived_at.is_(None)).count() >= MOST:
            raise wrong("targets", str(MOST), f"≤ {MOST}")
        row = TargetRow(
            id=uuid4().hex, content=_content(new), since=new.since, until=new.until, version=1,
            created_at=self._clock.now(), created_by=by, archived_at=None,
        )  # fmt: skip
        session.add(row)
        session.flush()
        self._book(session, row, by, "made", {}, row.content)
        return _told(row)

    def _apply(self, session: Session, row: TargetRow, edit: TargetEdit, by: str) -> KeptTarget:
        before, kind = dict(row.content), "edited"
        if edit.target is not None:
            new = check_target(edit.target)
            row.content, row.since, row.until = _content(new), new.since, new.until
        if edit.archived is not None:
            kind = "archived" if edit.archived else "restored"
            row.archived_at = self._clock.now() if edit.archived else None
        after = {name: value for name, value in row.content.items() if value != before.get(name)}
        row.version += 1
        self._book(session, row, by, kind, {name: before.get(name) for name in after}, after)
        session.flush()
        return _told(row)

    def _book(self, session: Session, row: TargetRow, by: str, kind: str, before: Any, after: Any) -> None:
        session.add(
            TargetChange(
                target_id=row.id,
                version=row.version,
                at=self._clock.now(),
                by=by,
                kind=kind,
                before=before,
                after=after,
            )
        )


def _content(new: NewTarget | Target) -> dict[str, Any]:
    names = [each.name for each in fields(NewTarget)]
    told: dict[str, Any] = msgspec.json.decode(msgspec.json.encode({name: getattr(new, name) for name in names}))
    return told


def _same(content: dict[str, Any]) -> tuple[Any, ...]:
    where = sorted((f["dimension"], f["op"], tuple(sorted(f["values"]))) for f in content["where"])
    return content["metric"], content["since"], content["until"], tuple(where)


def _told(row: TargetRow) -> KeptTarget:
    target = msgspec.convert({**row.content, "id": row.id, "version": row.version}, Target)
    return KeptTarget(target, row.archived_at is not None, row.created_at, row.created_by)


def _row(session: Session, target_id: str) -> TargetRow:
    row = session.get(TargetRow, target_id)
    if row is None:
        raise NotFound(f"there is no target {target_id!r}", code="target.not_shown", values={"target": target_id[:40]})
    return row
