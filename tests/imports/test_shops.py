"""Files of one shop that name it in different ways, or not at all, meet in one shop, or are refused with what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from castanea.app import Castanea, Settings
from castanea.contracts.mappings import load_mappings
from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.errors import InputError
from castanea.runs.import_file import ImportFile, Outcome, Request
from castanea.runs.workspace import init_workspace
from tests.formats.made_samples import samples, text_of


class Shop:
    """A workspace into which files are imported one after the other."""

    def __init__(self, folder: Path) -> None:
        self._castanea = Castanea(Settings())
        self._place = init_workspace(folder / "shop", WorkspaceSettings("test"))
        self._folder = folder
        self.desk = self._castanea.desk(self._place)
        self._open = self._castanea.landing(self._place)
        self._landing = self._open.__enter__()[0]

    def load(self, name: str, change: tuple[str, str] = ("", ""), **asked: Any) -> Outcome:
        path = self._folder / f"{name}.csv"
        path.write_text(text_of(samples()[name]).replace(*change) if change[0] else text_of(samples()[name]), "utf-8")
        job = ImportFile(
            self._landing,
            self._place.settings,
            load_mappings(),
            self._castanea.clock,
            order_shops=self.desk.order_shops,
        )
        with job.open(Request(path, **asked)) as opened:
            outcome = job.run(opened)
        self.desk.warehouse.catch_up()
        return outcome

    def shops(self, table: str) -> set[str]:
        return set(self.desk.reader().fetch(f'SELECT DISTINCT shop_id FROM fact."{table}"').column(0).to_pylist())

    def close(self) -> None:
        self._open.__exit__(None, None, None)
        self.desk.close()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.close()


def test_lines_and_refunds_that_name_no_shop_go_to_the_shop_of_their_orders(shop: Shop) -> None:
    shop.load("taobao_orders")
    assert any("茶屋旗舰店" in note for note in shop.load("taobao_lines").notes)
    shop.load("tmall_refunds")
    assert shop.shops("order_line") == shop.shops("refund") == {"茶屋旗舰店"}


def test_lines_whose_orders_stand_in_two_shops_are_refused_with_the_choices(shop: Shop) -> None:
    shop.load("taobao_orders")
    shop.load("taobao_orders", ("茶屋旗舰店", "茶屋专卖店"))
    with pytest.raises(InputError, match=r"茶屋专卖店, 茶屋旗舰店.*--shop NAME"):
        shop.load("taobao_lines")
    shop.load("taobao_lines", shop="茶屋旗舰店")


def test_orders_whose_lines_lie_in_another_shop_are_refused_until_one_is_chosen(shop: Shop) -> None:
    shop.load("taobao_lines")
    with pytest.raises(InputError, match="--shop main"):
        shop.load("taobao_orders")
    shop.load("taobao_orders", shop="main")
    assert shop.shops("order") == shop.shops("order_line") == {"main"}
