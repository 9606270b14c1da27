"""Declarations: what ships is whole, what a workspace adds is checked with the line and the valid choices."""

from __future__ import annotations

from pathlib import Path

import pytest

from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.errors import InputError
from castanea.semantics import Catalog

SETTINGS = WorkspaceSettings("test")
OWN = """metrics:
  tax_free_sales:
    labels: {zh-CN: 未税净额, en: Net sales without tax}
    aliases: [未税]
    formula: net_sales / 1.13
    unit: money
    additivity: additive
    direction: up
    description: {zh-CN: 除去 13% 增值税, en: Without 13 % VAT}
    owner: finance
"""


def load(folder: Path, text: str) -> Catalog:
    (folder / "own.yaml").write_text(text, encoding="utf-8")
    return Catalog.load(SETTINGS, folder)


def test_a_workspace_adds_a_metric_of_its_own(tmp_path: Path) -> None:
    catalog = load(tmp_path, OWN)
    assert catalog.metric("未税").name == "tax_free_sales"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("net_sales / 1.13", "net_slaes / 1.13", r"own.yaml, line 5: unknown measure or metric .*nearest: net_sales"),
        (
            "additivity: additive",
            "additivity: addable",
            r"own.yaml, line 7: .*'addable'.*valid: additive, semi_additive, non_additive",
        ),
        ("    owner: finance", "    onwer: finance", r"own.yaml, line 10: .*'onwer'; nearest: owner"),
        ("net_sales / 1.13", "read_csv('/etc/passwd')", r"line 5: .* is not allowed in a formula"),
        ("net_sales / 1.13", "(SELECT 1)", r"line 5: .* is not allowed in a formula"),
        ("net_sales / 1.13", "net_sales; DROP TABLE x", r"line 5: "),
        ("net_sales / 1.13", "tax_free_sales + 1", r"leads back to itself: tax_free_sales → tax_free_sales"),
        ("  tax_free_sales:", "  net_sales:", r"line 2: 'net_sales' is declared already"),
        (
            "{zh-CN: 未税净额, en: Net sales without tax}",
            "{en: Net sales without tax}",
            r"line 3: labels .* needs a text for each of zh-CN, en",
        ),
        ("    unit: money\n", "", r"line 2: metric tax_free_sales lacks unit"),
        ("    unit: money", "    unit: [", r"own.yaml, line \d+: not YAML"),
    ],
)
def test_a_wrong_declaration_is_refused_with_its_line_and_the_valid_choices(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert old in OWN
    with pytest.raises(InputError, match=words):
        load(tmp_path, OWN.replace(old, new))


def test_an_unknown_name_is_answered_with_the_three_nearest_and_where_all_are_listed() -> None:
    catalog = Catalog.load(SETTINGS)
    with pytest.raises(InputError) as refused:
        catalog.metric("net_sale")
    said = str(refused.value)
    assert "net_sales (Net sales)" in said
    assert "castanea metrics" in said
    assert len(refused.value.values["nearest"]) == 3
    assert len(said) < 300
    with pytest.raises(InputError, match=r"Nearest: channel .*castanea metrics --dimensions"):
        catalog.grouping("chanel")
    with pytest.raises(InputError, match=r"Nearest: none"):
        catalog.metric("qqqqqqqq")


def test_gmv_is_what_the_workspace_says() -> None:
    catalog = Catalog.load(WorkspaceSettings("test", gmv="paid_amount"))
    assert catalog.metric("GMV").formula_text == "paid_amount"
    with pytest.raises(InputError, match="Nearest: paid_amount"):
        Catalog.load(WorkspaceSettings("test", gmv="paid_amuont"))


def test_every_metric_is_complete_in_both_languages() -> None:
    for metric in Catalog.load(SETTINGS).declared.metrics.values():
        for texts in (metric.labels, metric.words, metric.description):
            assert set(texts) == {"zh-CN", "en"}
        assert metric.owner, metric.name


def test_no_name_or_alias_means_two_metrics() -> None:
    seen: dict[str, str] = {}
    for metric in Catalog.load(SETTINGS).declared.metrics.values():
        for word in {w.casefold() for w in (metric.name, *metric.aliases, *metric.labels.values())}:
            assert seen.setdefault(word, metric.name) == metric.name, word
