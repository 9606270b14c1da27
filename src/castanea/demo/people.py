"""The customers: where they live, what they like, how loyal they are, and personal values that belong to nobody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from castanea.demo.arrow import Floats, Ints, numbered

# province, share of buyers, a few of its cities
PROVINCES = (
    ("浙江", 13.9, ("杭州", "宁波", "温州", "金华")),
    ("江苏", 12.6, ("南京", "苏州", "无锡", "徐州")),
    ("广东", 11.8, ("广州", "深圳", "佛山", "东莞")),
    ("上海", 8.9, ("上海",)),
    ("北京", 6.3, ("北京",)),
    ("山东", 6.0, ("济南", "青岛", "烟台")),
    ("四川", 4.9, ("成都", "绵阳")),
    ("福建", 4.2, ("福州", "厦门", "泉州")),
    ("湖北", 3.8, ("武汉", "宜昌")),
    ("河南", 3.6, ("郑州", "洛阳")),
    ("安徽", 3.3, ("合肥", "芜湖")),
    ("湖南", 3.2, ("长沙", "株洲")),
    ("河北", 2.6, ("石家庄", "唐山")),
    ("陕西", 2.1, ("西安",)),
    ("辽宁", 2.0, ("沈阳", "大连")),
    ("重庆", 1.9, ("重庆",)),
    ("江西", 1.7, ("南昌",)),
    ("天津", 1.6, ("天津",)),
    ("广西", 1.2, ("南宁",)),
    ("云南", 1.1, ("昆明",)),
    ("山西", 0.9, ("太原",)),
    ("贵州", 0.7, ("贵阳",)),
    ("黑龙江", 0.6, ("哈尔滨",)),
    ("吉林", 0.6, ("长春",)),
    ("内蒙古", 0.4, ("呼和浩特",)),
    ("海南", 0.4, ("海口",)),
    ("甘肃", 0.3, ("兰州",)),
    ("新疆", 0.3, ("乌鲁木齐",)),
    ("宁夏", 0.15, ("银川",)),
    ("青海", 0.1, ("西宁",)),
    ("西藏", 0.05, ("拉萨",)),
)
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
_GIVEN = (
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "洋",
    "艳",
    "勇",
    "娟",
    "杰",
    "涛",
    "明",
    "雨桐",
    "子涵",
    "梓萱",
    "浩然",
    "欣怡",
    "一诺",
    "思远",
)
_STREETS = ("人民路", "中山路", "解放路", "建设路", "和平路", "文化路", "新华路", "长江路", "学院路", "花园路")
EARLIER_DAYS = 60  # customers who knew the shop before the history begins arrive as if in this many days


@dataclass(frozen=True)
class People:
    """One entry per customer, in the order in which they come to know the shop. `loyalty` is uniform in 0–1."""

    province: Ints
    city: pa.Array
    category: Ints
    loyalty: Floats
    device: Ints
    names: pa.Array
    phones: pa.Array
    emails: pa.Array
    addresses: pa.Array

    @property
    def count(self) -> int:
        return len(self.province)


def build_people(rng: np.random.Generator, count: int, categories: int) -> People:
    shares = np.array([p[1] for p in PROVINCES])
    province = rng.choice(len(PROVINCES), count, p=shares / shares.sum())
    city_number = rng.integers(0, 12, count)
    starts = np.cumsum([0] + [len(p[2]) for p in PROVINCES[:-1]])
    lengths = np.array([len(p[2]) for p in PROVINCES])
    cities = pa.array([c for p in PROVINCES for c in p[2]])
    city = cities.take(pa.array(starts[province] + city_number % lengths[province]))
    number = np.arange(count)
    names = pc.binary_join_element_wise(
        pa.array(list(_SURNAMES)).take(pa.array(rng.integers(0, len(_SURNAMES), count))),
        pa.array(_GIVEN).take(pa.array(rng.integers(0, len(_GIVEN), count))),
        "",
    )
    provinces = pa.array([p[0] for p in PROVINCES]).take(pa.array(province))
    street = pa.array(_STREETS).take(pa.array(rng.integers(0, len(_STREETS), count)))
    addresses = pc.binary_join_element_wise(
        provinces, city, street, numbered("", rng.integers(1, 400, count)), "号", ""
    )
    return People(
        province=province,
        city=city,
        category=rng.integers(0, categories, count),
        loyalty=rng.random(count),
        device=rng.choice(3, count, p=(0.72, 0.06, 0.22)),
        names=names,
        # numbers no operator has given out (1000…), one per customer
        phones=numbered("1000", number, 7),
        emails=pc.binary_join_element_wise(numbered("u", number), "@example.com", ""),
        addresses=addresses,
    )


def known_customers(people: People, index: int, first_index: int, growth_days: int) -> int:
    """How many customers know the shop at the end of a day. `growth_days` is the length over which all of them arrive."""
    day = index - first_index + 1 + EARLIER_DAYS
    return int(min(people.count, max(50, people.count * day / (growth_days + EARLIER_DAYS))))


def choose_buyers(rng: np.random.Generator, people: People, orders: int, known_before: int, known_now: int) -> Ints:
    """Who buys: a third newcomers of the day; else the most loyal of three customers met by chance."""
    newcomers = rng.random(orders) < 0.34
    met = rng.integers(0, max(known_before, 1), (orders, 3))
    loyal = met[np.arange(orders), np.argmax(people.loyalty[met], axis=1)]
    fresh = rng.integers(known_before, max(known_now, known_before + 1), orders)
    return np.where(newcomers, np.minimum(fresh, people.count - 1), loyal)
