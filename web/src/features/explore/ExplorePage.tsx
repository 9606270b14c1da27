import { Menu } from "@mantine/core";
import { useCallback, useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Query, View } from "../../api/contracts";
import { follow, go, usePlace } from "../../app/location";
import { can, useSession } from "../../app/session";
import { useAppearance, useSettings } from "../../app/settings";
import { TopBar } from "../../app/TopBar";
import { Icon } from "../../components/Icon";
import { Named } from "../../components/DefinitionCard";
import { pick } from "../../i18n";
import { StoreContext } from "../../live/useTile";
import { Keep } from "../asking/AskPage";
import { useBoards, useCatalog } from "../boards/BoardPage";
import { BoardContext, useBoard, useWords, type BoardNow } from "../boards/context";
import { ComparePill } from "../boards/pills/ComparePill";
import { TimePill } from "../boards/pills/TimePill";
import { Tile } from "../boards/Tile";
import { useLiveBoard } from "../boards/useLiveBoard";
import { writeView } from "../boards/view";
import type { BoardSpec } from "../../api/contracts";
import { useMemberName } from "../boards/Subject";
import { boardFor, chartsFor, intoDays, intoMember, kept, readExploring, steps, tileFor, USUAL, writeExploring, type Exploring } from "./place";
import { Rows } from "./Rows";

const GRAINS = ["hour", "day", "week", "month", "quarter", "year", "weekday", "hour_of_day"] as const;

/** From one number further: by what, since when, compared with what, which rows. The address bar holds every step. */
export function ExplorePage({ onSignedOut }: { onSignedOut: () => void }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const { screen } = useAppearance();
  const { query } = usePlace();
  const text = query.toString();
  const now = useMemo(() => readExploring(new URLSearchParams(text)), [text]);
  const catalog = useCatalog();
  const metric = catalog.metrics[now.metric];
  const isKnown = Object.keys(catalog.metrics).length > 0;
  const title = useMemo<Record<string, string>>(() => titleOf(now, metric?.labels, catalog.dimensions[now.by]?.labels, t), [now, metric, catalog, t]);
  const tile = useMemo(() => tileFor(now, title, catalog), [now, title, catalog]);
  const board = useMemo(() => boardFor(tile, title), [tile, title]);
  const view = useMemo<View>(() => ({ ...now.view, spec: board }), [now, board]);
  const live = useLiveBoard(view, onSignedOut, !isKnown || !metric);
  const change = useCallback((next: View) => go(writeExploring({ ...now, was: null, view: next })), [now]);
  const context = useMemo<BoardNow>(() => ({
    board, view, catalog, wall: false, phone: screen === "phone", offlineSince: live.offlineSince, change, retry: live.retry, pages: {},
    pick: (dimension, member) => go(writeExploring(intoMember(now, dimension, member))),
    zoom: (from, to) => { const next = intoDays(now, from, to); if (next) go(writeExploring(next)); },
  }), [board, view, catalog, screen, live.offlineSince, live.retry, change, now]);
  const name = pick(metric?.labels, language) || t("explore.title");
  useEffect(() => { document.title = `${name} · Castanea`; }, [name]);
  return (
    <BoardContext.Provider value={context}>
      <StoreContext.Provider value={live.store}>
        <TopBar title={t("explore.title")} />
        <main className="page" id="content">
          {isKnown && !metric && <p className="banner watch" role="alert"><Icon name="warn" /><span className="sub2">{t("explore.unknown")}</span></p>}
          {metric && (
            <>
              <Trail now={now} />
              <div className="bar-line"><ByPill now={now} /><TimePill /><ComparePill /><Charts now={now} chosen={tile.kind} /></div>
              {live.problem && !live.problem.offline && <p className="banner watch" role="alert"><Icon name="warn" /><span className="sub2">{live.problem.message}</span></p>}
              <p className="explore-what sub2"><Named text={name} metric={metric} />{language === "en" ? ": " : "："}{pick(metric.description, language)}</p>
              <div className="ask-answer" data-small={tile.kind === "number"} data-low={tile.kind === "strip"}><Tile spec={tile} /></div>
              <Next now={now} />
              <Acts now={now} tile={kept(tile, now)} />
              {now.rows && <Rows query={{ metrics: [now.metric], where: now.view.where ?? [], time: now.view.time ?? USUAL } as Query} />}
            </>
          )}
        </main>
      </StoreContext.Provider>
    </BoardContext.Provider>
  );
}

function titleOf(now: Exploring, metric: Record<string, string> | undefined, dimension: Record<string, string> | undefined, t: ReturnType<typeof useTranslation>["t"]): Record<string, string> {
  const titles = Object.entries(metric ?? {}).map(([locale, label]) => {
    const by = dimension ? dimension[locale] : now.by ? t(`grain.${now.by as "day"}`, { lng: locale, defaultValue: "" }) : "";
    return [locale, by ? `${label} · ${by}` : label] as const;
  });
  return Object.fromEntries(titles.length ? titles : [["en", now.metric], ["zh-CN", now.metric]]);
}

/** The way here: the board, the measure, each filter, the days. Everything but the last leads back. */
function Trail({ now }: { now: Exploring }) {
  const words = useWords();
  const boards = (useBoards().data ?? []) as unknown as BoardSpec[];
  const from = boards.find((each) => each.id === now.board);
  const all = steps(now);
  return (
    <nav className="trail" aria-label={words.t("explore.trail")} data-trail>
      <ol>
        {from && <li><a href={writeView({ board: from.id }, false)} onClick={follow}>{words.pick(from.title)}</a></li>}
        {all.map((step, index) => (
          <li key={index}>
            {index === all.length - 1
              ? <b aria-current="step"><Step step={step} now={now} /></b>
              : <a href={writeExploring(step.to)} onClick={follow}><Step step={step} now={now} /></a>}
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Step({ step, now }: { step: ReturnType<typeof steps>[number]; now: Exploring }) {
  const words = useWords();
  const { board } = useBoard();
  const { filter } = step;
  const [only = ""] = filter?.values.length === 1 ? filter.values : [];
  const known = useMemberName(only ? (filter?.dimension ?? "") : "", only, board);
  if (step.kind === "metric") return <>{words.metric(now.metric)}</>;
  if (step.kind === "time") return <>{words.rangeName(now.view.time ?? USUAL)}</>;
  if (!filter) return null;
  const value = only ? known || words.member(filter.dimension, only) : words.t("filter.several", { name: words.dimension(filter.dimension), count: filter.values.length });
  return <>{only ? `${words.dimension(filter.dimension)}${words.locale === "zh-CN" ? "：" : ": "}${value}` : value}</>;
}

function useCuts(now: Exploring): string[] {
  const { catalog } = useBoard();
  const able = catalog.metrics[now.metric]?.cuts ?? [];
  const fixed = new Set((now.view.where ?? []).filter((filter) => filter.values.length === 1).map((filter) => filter.dimension));
  return able.filter((name) => catalog.dimensions[name] && !fixed.has(name) && name !== "currency");
}

function ByPill({ now }: { now: Exploring }) {
  const words = useWords();
  const cuts = useCuts(now);
  const to = (by: string) => go(writeExploring({ ...now, by, chart: "" }));
  const label = !now.by ? words.t("edit.whole") : words.t(`grain.${now.by as "day"}`, { defaultValue: "" }) || words.dimension(now.by);
  const item = (by: string, name: string) => <Menu.Item key={by} data-on={by === now.by || undefined} rightSection={by === now.by ? <Icon name="check" size={14} /> : null} onClick={() => to(by)}>{name}</Menu.Item>;
  return (
    <Menu position="bottom-start" shadow="none" transitionProps={{ duration: 0 }}>
      <Menu.Target><button type="button" className="pill on" data-by><Icon name="rows" size={14} /><span className="el">{words.t("edit.by")} <b>{label}</b></span><Icon name="down" size={12} /></button></Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: "auto" }}>
        {item("", words.t("edit.whole"))}
        <Menu.Label>{words.t("edit.over_time")}</Menu.Label>
        {GRAINS.map((grain) => item(grain, words.t(`grain.${grain}`)))}
        {cuts.length > 0 && <Menu.Label>{words.t("edit.parts")}</Menu.Label>}
        {cuts.map((name) => item(name, words.dimension(name)))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Charts({ now, chosen }: { now: Exploring; chosen: string }) {
  const { t } = useTranslation();
  const { catalog } = useBoard();
  const all = chartsFor(now, catalog);
  if (all.length < 2) return null;
  return (
    <div className="explore-line" role="group" aria-label={t("edit.chart")}>
      {all.map((kind) => <button key={kind} type="button" className={kind === chosen ? "pill on" : "pill"} aria-pressed={kind === chosen} onClick={() => go(writeExploring({ ...now, chart: kind }), true)}>{t(`edit.kind_${kind}`)}</button>)}
    </div>
  );
}

/** The questions that most often come next. */
function Next({ now }: { now: Exploring }) {
  const words = useWords();
  const cuts = useCuts(now).filter((name) => name !== now.by).slice(0, 7);
  const overTime = now.by === "day" ? [] : ["day"];
  return (
    <div className="explore-line" role="group" aria-label={words.t("explore.next")}>
      <span className="sub2">{words.t("explore.next")}</span>
      {overTime.map((by) => <a key={by} className="pill" href={writeExploring({ ...now, by, chart: "" })} onClick={follow}>{words.t("explore.since_when")}</a>)}
      {cuts.map((name) => <a key={name} className="pill" href={writeExploring({ ...now, by: name, chart: "" })} onClick={follow}>{words.t("explore.by", { name: words.inside(words.dimension(name)) })}</a>)}
    </div>
  );
}

function Acts({ now, tile }: { now: Exploring; tile: ReturnType<typeof kept> }) {
  const { t } = useTranslation();
  const { session } = useSession();
  return (
    <div className="explore-line explore-acts">
      <button type="button" className="btn" aria-expanded={now.rows} onClick={() => go(writeExploring({ ...now, rows: !now.rows }), true)} data-show-rows><Icon name="table" size={14} />{now.rows ? t("explore.hide_rows") : t("explore.show_rows")}</button>
      {can(session, "boards:edit") && <Keep make={() => tile} label={t("ask.keep")} />}
    </div>
  );
}
