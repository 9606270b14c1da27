"""The process that looks at files and imports them for a server: questions and answers are JSON lines on its pipes.

It is a process of its own so that cleaning a large file costs the boards' viewers nothing, and so that what breaks it breaks nothing else.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import msgspec
import structlog

from castanea.contracts.importing import ImportReport, ImportWish, Question, Refusal, Told
from castanea.contracts.mappings import load_mappings
from castanea.contracts.workspace import Workspace
from castanea.kit.clock import Clock, monotonic
from castanea.kit.errors import CastaneaError
from castanea.runs.asking import Asking
from castanea.runs.import_file import Behind, ImportFile, Outcome, Step, booked
from castanea.runs.look_at_file import keep_format, look, open_as_wished, refusal_of

_log = structlog.get_logger(__name__)
TELL_EVERY = 0.25  # seconds between two messages of progress


class ImportProcess:
    def __init__(self, workspace: Workspace, clock: Clock, out: IO[bytes]) -> None:
        self._workspace, self._clock, self._out = workspace, clock, out
        self._cancelled = threading.Event()
        self._told = 0.0

    def serve(self, lines: IO[bytes], open_run: Callable[[], Any]) -> None:
        """Answer until the pipe is closed. `open_run` gives, as a context, the landing and the one to ask."""
        questions: list[Question] = []
        there = threading.Condition()

        def listen() -> None:
            for line in lines:
                question = msgspec.json.decode(line, type=Question)
                if question.op == "cancel":
                    self._cancelled.set()
                    continue
                with there:
                    questions.append(question)
                    there.notify()
            self._cancelled.set()  # the server has gone: stop after the rows under way, what was landed stays
            with there:
                questions.append(Question("cancel"))
                there.notify()

        threading.Thread(target=listen, name="questions", daemon=True).start()
        while True:
            with there:
                there.wait_for(lambda: questions)
                question = questions.pop(0)
            if question.op == "cancel":
                return
            self._answer(question, open_run)

    def _answer(self, question: Question, open_run: Callable[[], Any]) -> None:
        path = Path(question.path)
        try:
            mappings = load_mappings(self._workspace.mappings)
            job = ImportFile(None, self._workspace.settings, mappings, self._clock)
            if question.op == "look":
                self._say(Told(look=look(job, mappings, question.wish, path)))
            elif question.op == "keep":
                self._say(Told(kept=keep_format(job, question.wish, path, self._workspace.mappings, question.name)))
            else:
                with open_run() as (landing, ask):
                    job = ImportFile(
                        landing, self._workspace.settings, mappings, self._clock, order_shops=ask.order_shops
                    )
                    outcome = self._run(job, question.wish, path, ask)
                self._say(Told(report=_report(outcome), rows=outcome.received, cancelled=outcome.cancelled))
        except CastaneaError as refused:
            self._say(Told(refused=refusal_of(refused)))
        except Exception:  # noqa: BLE001 - the outermost loop of a worker: the next file is another one
            _log.exception("an import failed", file=path.name)
            said = f"{path.name} could not be imported: a defect of ours; the server's log has it"
            self._say(Told(refused=Refusal("castanea.defect", said)))

    def _run(self, job: ImportFile, wish: ImportWish, path: Path, ask: Asking) -> Outcome:
        with open_as_wished(job, wish, path) as opened:
            behind = Behind(ask.wait)
            try:
                outcome = job.run(opened, progress=self._moved, cancelled=self._cancelled.is_set, landed=behind.landed)
                behind.landed(outcome.offset)
            finally:
                behind.finish()
        return booked(outcome, ask.bookings(outcome.import_id))

    def _moved(self, step: Step) -> None:
        if monotonic() - self._told >= TELL_EVERY:
            self._told = monotonic()
            self._say(Told(rows=step.rows, done=step.bytes))

    def _say(self, told: Told) -> None:
        self._out.write(msgspec.json.encode(told) + b"\n")
        self._out.flush()


def _report(outcome: Outcome) -> ImportReport:
    return ImportReport(
        outcome.import_id, outcome.format, outcome.received, outcome.loaded, outcome.duplicates, outcome.superseded,
        outcome.quarantined, outcome.suspects, outcome.reasons, tuple(outcome.notes),
    )  # fmt: skip


def pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Standard input and output; what prints by mistake goes to standard error."""
    out = sys.stdout.buffer
    sys.stdout = sys.stderr
    return sys.stdin.buffer, out
