"""Where and when: channels and campaigns, regions, the calendar."""

from __future__ import annotations

from castanea.contracts.table import Table
from castanea.contracts.tables.columns import at, date, flag, integer, text

channel = Table(
    "channel",
    "A way in which sales come: a platform, a live room, a mini programme; with campaigns below it.",
    (
        text("channel_id", "The channel's short name, as orders carry it.", required=True),
        text("campaign_id", "A campaign of the channel; empty for the channel itself."),
        text("name", "As people say it."),
        text("platform", "The platform it belongs to."),
        text("kind", "marketplace, live, own, ads, offline …"),
        at("updated_at", "When the sender changed the row."),
    ),
    key=("channel_id", "campaign_id"),
    kind="dimension",
    labels={"zh-CN": "渠道", "en": "Channel"},
)

region = Table(
    "region",
    "Country, province, city, with the names people use.",
    (
        text("country", "ISO 3166 code.", required=True),
        text("province", "Short name."),
        text("city", "City."),
        text("name_zh", "Chinese name."),
        text("name_en", "English name."),
        at("updated_at", "When the sender changed the row."),
    ),
    key=("country", "province", "city"),
    kind="dimension",
    labels={"zh-CN": "地区", "en": "Region"},
)

calendar = Table(
    "calendar",
    "Holidays, working days that replace them, and sales festivals, as data.",
    (
        date("day", "The day.", required=True),
        text("country", "ISO 3166 code; empty = everywhere.", required=True),
        text("name", "Code of the festival: spring_festival, 618, double_11 …", required=True),
        text("name_zh", "Chinese name."),
        text("name_en", "English name."),
        integer("festival_day", "Which day of the festival it is, from 1; negative before it.", unit="days"),
        flag("holiday", "Whether most people are off."),
        at("updated_at", "When the sender changed the row."),
    ),
    key=("day", "country", "name"),
    kind="dimension",
    labels={"zh-CN": "日历", "en": "Calendar"},
)

TABLES = (channel, region, calendar)
