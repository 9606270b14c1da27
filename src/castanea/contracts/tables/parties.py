"""Who takes part: shops, customers, suppliers."""

from __future__ import annotations

from castanea.contracts.table import Table
from castanea.contracts.tables.columns import SHOP, at, date, flag, identifier, integer, personal, text

shop = Table(
    "shop",
    "A store on one platform, with its own zone and currency.",
    (
        SHOP,
        text("name", "The shop's name as people say it."),
        text("platform", "tmall, jd, douyin, pinduoduo, shopify, own …"),
        text("zone", "IANA zone of the shop's clock; empty = the workspace's."),
        text("currency", "ISO 4217 code in which the shop sells; empty = the workspace's."),
        at("updated_at", "When the sender changed the row."),
    ),
    key=("shop_id",),
    kind="dimension",
    labels={"zh-CN": "店铺", "en": "Shop"},
)

customer = Table(
    "customer",
    "A customer of one shop. Names and contacts are sealed; province, city and first seen lie in clear, so that totals outlive an erasure.",
    (
        SHOP,
        identifier("customer_id", "customer", "The shop's own number of the customer.", required=True),
        personal("name", "Name."),
        personal("phone", "Telephone number."),
        personal("email", "E-mail address."),
        personal("address", "Address."),
        personal("birthday", "Day of birth.", sensitive=True),
        text("country", "ISO 3166 code or name as sent."),
        text("province", "Province or state, by its short name."),
        text("city", "City."),
        text("segment", "The shop's own grouping."),
        text("level", "Membership level."),
        date("first_seen", "Day of first contact, in the shop's zone."),
        flag("consent_marketing", "Whether the customer agreed to be written to."),
        text("purpose", "The purposes for which the data were given."),
        at("updated_at", "When the sender changed the row."),
    ),
    key=("shop_id", "customer_id"),
    subjects=("customer_id",),
    kind="dimension",
    labels={"zh-CN": "客户", "en": "Customer"},
)

supplier = Table(
    "supplier",
    "Who delivers goods.",
    (
        text("supplier_id", "The supplier's number.", required=True),
        text("name", "The supplier's name."),
        text("country", "Country."),
        personal("contact", "The person to talk to, with telephone or e-mail."),
        integer("lead_time_days", "Agreed days from order to receipt.", unit="days"),
        text("currency", "ISO 4217 code of its prices."),
        at("updated_at", "When the sender changed the row."),
    ),
    key=("supplier_id",),
    kind="dimension",
    labels={"zh-CN": "供应商", "en": "Supplier"},
)

TABLES = (shop, customer, supplier)
