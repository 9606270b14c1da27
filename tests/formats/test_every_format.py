"""Every format that comes with Castanea reads its own made file right, and no other format takes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from castanea.cleaning.choosing import best_fit, fit_mapping, sample_frame
from castanea.contracts.mappings import shipped_mappings
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


@pytest.mark.parametrize("name", [name for name in NAMES if "text" not in samples()[name]])
@pytest.mark.parametrize(("encoding", "delimiter"), [("gb18030", ","), ("utf-8-sig", ";"), ("utf-16", "\t")])
def test_encoding_and_delimiter_change_nothing(tmp_path: Path, name: str, encoding: str, delimiter: str) -> None:
    kept = Kept()
    outcome = import_into(write(samples()[name], tmp_path, encoding, delimiter=delimiter), kept)
    assert outcome.format == name
    check(kept, samples()[name])


@pytest.mark.parametrize("name", [name for name in NAMES if "text" not in samples()[name]])
def test_the_needed_columns_alone_are_enough_to_know_the_format(name: str) -> None:
    header, *rows = cells(samples()[name])
    mapping = next(m for m in shipped_mappings() if m.name == name)
    whole = fit_mapping(mapping, header, sample_frame(header, rows))
    kept = sorted({whole.places[c.name] for c in mapping.columns.values() if c.needed})
    less = [header[i] for i in kept]
    found = best_fit(shipped_mappings(), less, sample_frame(less, [[row[i] for i in kept] for row in rows]))
    assert found is not None
    assert found.mapping.name == name
