"""castanea ask: a sentence becomes a query, and says how it was understood."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from castanea.cli.program import folder, told, workspace_option
from castanea.cli.wiring import Wiring
from castanea.contracts.query import Query
from castanea.kit.messages import Locale

OTHERS = 3


def register(app: typer.Typer, wiring: Wiring) -> None:
    @app.command()
    def ask(
        sentence: list[str] = typer.Argument(
            help='Such as "上周抖音退款率按商品" or "net sales by channel last month".'
        ),
        workspace: Path | None = workspace_option(),
        as_json: bool = typer.Option(False, "--json", help="Print query, answer and other meanings as JSON."),
    ) -> None:
        """Ask for numbers in a sentence, Chinese or English."""
        import msgspec

        from castanea.cli.tables import print_answer
        from castanea.kit.zones import to_local, zone_of
        from castanea.semantics import Catalog, Planner
        from castanea.semantics.sentences import Vocabulary, members_of, understand
        from castanea.semantics.sentences import told as in_words

        place = wiring.workspace(folder(workspace, wiring))
        catalog = Catalog.load(place.settings, place.metrics)
        planner = Planner(catalog, place.settings, catalog.rollup_plans(place.settings))
        today = to_local(wiring.clock.now(), zone_of(place.settings.zone)).date()
        with wiring.asking(place, "castanea ask") as link:
            members = members_of(lambda query: json.loads(link.query(query)))
            found = understand(" ".join(sentence), Vocabulary(catalog, members), today, planner.check)
            answer = link.query(found.query)
        language: Locale = "zh-CN" if wiring.terminal_language.startswith("zh") else "en"

        def say(query: Query) -> str:
            return in_words(query, catalog, language)

        if as_json:
            body = {
                "understood": say(found.query), "query": msgspec.to_builtins(found.query), "unknown": found.unknown, "supposed": found.supposed,
                "others": [{"understood": say(other), "query": msgspec.to_builtins(other)} for other in found.others],
                "answer": json.loads(answer),
            }  # fmt: skip
            typer.echo(json.dumps(body, ensure_ascii=False))
            return
        typer.echo(say(found.query))
        print_answer(answer)
        if found.unknown:
            told(f"not understood: {', '.join(found.unknown)}")
        for other in found.others[:OTHERS]:
            told(f"or did you mean: {say(other)}")
