"""Every format that comes with Castanea reads its own made file right, and no other format takes it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from castanea.cleaning.choosing import best_fit, fit_mapping, sample_frame
from castanea.contracts.mappings import shipped_mappings
from castanea.contracts.tables import TABLES as TABLES_OF
from castanea.kit.errors import InputError
from tests.formats.made_samples import cells, check, samples, write
from tests.imports.made_files import Kept, import_into

ELSEWHERE = {
    "listing_snapshot",
    "superstore",
    "tmall_summary",
    "uci_online_retail",
}  # read from real files in tests/imports
NAMES = sorted(samples())


def test_every_shipped_format_has_a_made_file() -> None:
    assert {mapping.name for mapping in shipped_mappings()} - ELSEWHERE == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_taken_for_what_it_is_and_its_rows_become_what_they_should(tmp_path: Path, name: str) -> None:
    kept = Kept()
    outcome = import_into(write(samples()[name], tmp_path), kept)
    assert outcome.format == name
    assert kept.rejects() == []
    assert not any("WARNING" in note for note in outcome.notes)
    check(kept, samples()[name])


WRITTEN = (("gb18030", ","), ("utf-8-sig", ";"), ("utf-16", "\t"))
TABLES = [name for name in NAMES if "text" not in samples()[name]]


@pytest.mark.parametrize(("name", "how"), [(name, WRITTEN[i % 3]) for i, name in enumerate(TABLES)])
def test_encoding_and_delimiter_change_nothing(tmp_path: Path, name: str, how: tuple[str, str]) -> None:
    kept = Kept()
    outcome = import_into(write(samples()[name], tmp_path, how[0], delimiter=how[1]), kept)
    assert outcome.format == name
    check(kept, samples()[name])


@pytest.mark.parametrize("name", TABLES)
def test_the_needed_columns_alone_are_enough_to_know_the_format(name: str) -> None:
    header, *rows = cells(samples()[name])
    mapping = next(m for m in shipped_mappings() if m.name == name)
    whole = fit_mapping(mapping, header, sample_frame(header, rows))
    kept = sorted({whole.places[c.name] for c in mapping.columns.values() if c.needed})
    less = [header[i] for i in kept]
    found = best_fit(shipped_mappings(), less, sample_frame(less, [[row[i] for i in kept] for row in rows]))
    assert found is not None
    assert found.mapping.name == name


def test_unknown_words_of_a_status_are_told_and_their_rows_kept(tmp_path: Path) -> None:
    sample = samples()["douyin_orders"]
    strange = {**sample, "rows": [row.replace("已关闭", "神秘状态") for row in sample["rows"]]}
    kept = Kept()
    outcome = import_into(write(strange, tmp_path), kept)
    assert any("神秘状态 (1 rows)" in note for note in outcome.notes)
    assert len(kept.rows("order")) == 2


def test_statuses_end_in_words_that_the_tables_have() -> None:
    allowed = {
        "order": "status",
        "refund": "status",
        "payment": "status",
        "shipment": "status",
        "purchase_order": "status",
        "service_ticket": "status",
    }
    valid = {word for table, column in allowed.items() for word in TABLES_OF[table].by_name[column].values}
    for mapping in shipped_mappings():
        for table, words in mapping.statuses.items():
            assert set(words.values()) <= valid, (mapping.name, table)


def test_an_order_with_a_faulty_line_in_its_list_is_refused_whole_and_the_others_stay(tmp_path: Path) -> None:
    sample = samples()["woocommerce_orders"]
    kept = Kept()
    outcome = import_into(
        write({**sample, "text": sample["text"].replace('"quantity": 2', '"quantity": "two"')}, tmp_path), kept
    )
    assert outcome.reasons == {"not_a_number": 1}
    assert [row["order_id"] for row in kept.rows("order")] == ["728"]
    assert {row["order_id"] for row in kept.rows("order_line")} == {"728"}


def test_a_json_array_that_was_cut_off_is_refused_with_the_reason(tmp_path: Path) -> None:
    sample = samples()["woocommerce_orders"]
    with pytest.raises(InputError, match="cut off"):
        import_into(write({**sample, "text": sample["text"][:900]}, tmp_path), Kept())


@pytest.mark.parametrize("name", TABLES)
def test_fewer_columns_in_another_order_are_never_taken_for_another_format(name: str) -> None:
    header, *rows = cells(samples()[name])
    mapping = next(m for m in shipped_mappings() if m.name == name)
    places = fit_mapping(mapping, header, sample_frame(header, rows)).places
    needed = {place for column, place in places.items() if mapping.columns[column].needed}
    chance = random.Random(name)
    for _ in range(6):
        kept = [i for i in range(len(header)) if i in needed or chance.random() < 0.6]
        chance.shuffle(kept)
        less = [header[i] for i in kept]
        found = best_fit(shipped_mappings(), less, sample_frame(less, [[row[i] for i in kept] for row in rows]))
        assert found is not None
        assert found.mapping.name == name, less


def test_a_file_without_a_shop_says_where_its_rows_went(tmp_path: Path) -> None:
    sample = samples()["taobao_lines"]
    notes = import_into(write(sample, tmp_path), Kept()).notes
    assert any("--shop NAME" in note for note in notes)
    assert not any("--shop NAME" in note for note in import_into(write(sample, tmp_path), Kept(), shop="tea").notes)
