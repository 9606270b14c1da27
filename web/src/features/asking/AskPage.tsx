import { Menu } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { ask, type Meaning, type Understanding } from "../../api/asking";
import { ownBoards, type ShelfBoard } from "../../api/boards";
import type { View } from "../../api/contracts";
import type { Problem } from "../../api/problem";
import { go, usePlace } from "../../app/location";
import { can, useSession } from "../../app/session";
import { useSettings } from "../../app/settings";
import { TopBar } from "../../app/TopBar";
import { Icon } from "../../components/Icon";
import { StoreContext } from "../../live/useTile";
import { pick } from "../../i18n";
import { useCatalog } from "../boards/BoardPage";
import { BoardContext, type BoardNow } from "../boards/context";
import { Tile } from "../boards/Tile";
import { useLiveBoard } from "../boards/useLiveBoard";
import { added } from "../editing/draft";
import { ASKED, boardOf, tileOf } from "./tileOf";

const EXAMPLES = { "zh-CN": ["上周各渠道净支付金额", "本月退款率最高的 10 个商品", "最近 30 天访客数趋势 对比上期", "昨天每小时支付金额"], en: ["net sales by channel last week", "top 10 products by refund rate this month", "visitors trend last 30 days vs the previous period", "paid amount per hour yesterday"] };

/** A question in words, answered live: how it was understood, what else it may mean, and where to keep it. */
export function AskPage({ onSignedOut }: { onSignedOut: () => void }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const sentence = usePlace().query.get("q") ?? "";
  const [typed, setTyped] = useState(sentence);
  const [other, setOther] = useState(-1); // the meaning that the reader chose; -1 = the likeliest
  useEffect(() => { setTyped(sentence); setOther(-1); }, [sentence]);
  const asked = useQuery<Understanding, Problem>({ queryKey: ["ask", sentence], queryFn: () => ask(sentence), enabled: Boolean(sentence.trim()), retry: false, staleTime: 60_000 });
  const found = asked.data;
  const all = useMemo(() => (found ? [found.meaning, ...(found.others ?? [])] : []), [found]);
  const meaning = all[other + 1];
  const submit = (event: FormEvent) => { event.preventDefault(); if (typed.trim()) go(`/ask?q=${encodeURIComponent(typed.trim())}`); };
  return (
    <>
      <TopBar title={t("ask.title")} />
      <main className="page" id="content">
        <form className="ask-line" role="search" onSubmit={submit}>
          <input className="input" type="search" value={typed} maxLength={400} onChange={(event) => setTyped(event.target.value)} placeholder={t("ask.placeholder")} aria-label={t("ask.title")} autoFocus={!sentence} data-sentence />
          <button type="submit" className="btn pri" disabled={!typed.trim()}>{t("ask.ask")}</button>
        </form>
        {!sentence && (
          <section className="tile page-tile ask-examples" aria-label={t("ask.examples")}>
            <p className="sub2">{t("ask.how")}</p>
            <ul>{EXAMPLES[language === "en" ? "en" : "zh-CN"].map((example) => <li key={example}><button type="button" className="pill" onClick={() => go(`/ask?q=${encodeURIComponent(example)}`)}>{example}</button></li>)}</ul>
          </section>
        )}
        {asked.isLoading && <div className="skeleton" aria-label={t("state.loading")}><i className="sk" style={{ width: "60%", height: 16 }} /></div>}
        {asked.error && <p className="banner watch" role="alert"><Icon name="warn" /><span className="sub2">{asked.error.message || t("link.gone_first")}</span></p>}
        {found && meaning && (
          <>
            <p className="ask-told" role="status"><span className="sub2">{t("ask.understood")}</span> <b data-understood>{pick(meaning.words, language)}</b></p>
            {(found.unknown?.length ?? 0) > 0 && <p className="banner watch"><Icon name="warn" /><span className="sub2">{t("ask.unknown", { words: found.unknown?.join(language === "en" ? ", " : "、") })}</span></p>}
            {found.supposed?.includes("time") && <p className="sub2">{t("ask.no_time")}</p>}
            {found.supposed?.includes("metric") && <p className="sub2">{t("ask.no_metric")}</p>}
            {all.length > 1 && (
              <div className="ask-others"><span className="sub2">{t("ask.others")}</span>
                {all.map((each, index) => index !== other + 1 && <button key={pick(each.words, "en")} type="button" className="pill" onClick={() => setOther(index - 1)}>{pick(each.words, language)}</button>)}
              </div>
            )}
            <Answered key={pick(meaning.words, "en")} meaning={meaning} onSignedOut={onSignedOut} />
          </>
        )}
      </main>
    </>
  );
}

function Answered({ meaning, onSignedOut }: { meaning: Meaning; onSignedOut: () => void }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const { session } = useSession();
  const catalog = useCatalog();
  const isKnown = Object.keys(catalog.metrics).length > 0;
  const title = meaning.words as Record<string, string>;
  const tile = useMemo(() => tileOf(meaning.query, title, catalog), [meaning, title, catalog]);
  const board = useMemo(() => boardOf(tile, title), [tile, title]);
  const view = useMemo<View>(() => ({ board: ASKED, spec: board }), [board]);
  const live = useLiveBoard(view, onSignedOut, !isKnown);
  const context = useMemo<BoardNow>(() => ({ board, view, catalog, wall: false, phone: false, offlineSince: live.offlineSince, change: () => undefined, retry: live.retry, pages: {} }), [board, view, catalog, live.offlineSince, live.retry]);
  return (
    <BoardContext.Provider value={context}>
      <StoreContext.Provider value={live.store}>
        {live.problem && !live.problem.offline && <p className="banner watch" role="alert"><Icon name="warn" /><span className="sub2">{live.problem.message}</span></p>}
        <div className="ask-answer" data-small={tile.kind === "number"} data-low={tile.kind === "strip"}><Tile spec={tile} /></div>
        {can(session, "boards:edit") && <Keep make={() => ({ ...tile, title: { [language]: pick(title, language), ...title } })} label={t("ask.keep")} />}
      </StoreContext.Provider>
    </BoardContext.Provider>
  );
}

/** Put the answer on a board: a new one, or one of people's own. */
export function Keep({ make, label }: { make: () => ReturnType<typeof tileOf>; label: string }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const queries = useQueryClient();
  const shelf = useQuery<ShelfBoard[], Problem>({ queryKey: ["shelf"], queryFn: ownBoards.shelf });
  const keep = useMutation<string, Problem, string>({
    mutationFn: async (id) => {
      if (!id) {
        const tile = make();
        const title = { "zh-CN": "新看板", en: "New board" };
        return (await ownBoards.create({ id: "board", title, tiles: [tile], time: { relative: "last 30d", since: null, until: null }, compare: "previous", filters: ["channel", "shop"] })).id;
      }
      const base = await ownBoards.get(id);
      return (await ownBoards.save(base, added(base, make()))).board.id;
    },
    onSuccess: (id) => { void queries.invalidateQueries({ queryKey: ["boards"] }); void queries.invalidateQueries({ queryKey: ["shelf"] }); go(`/boards/${encodeURIComponent(id)}?edit=1`); },
  });
  const boards = (shelf.data ?? []).filter((board) => !board.archived);
  return (
    <div className="bring-acts">
      <Menu position="bottom-start" shadow="none" transitionProps={{ duration: 0 }}>
        <Menu.Target><button type="button" className="btn" disabled={keep.isPending} data-keep><Icon name="plus" size={14} />{label}</button></Menu.Target>
        <Menu.Dropdown mah={360} style={{ overflowY: "auto" }}>
          <Menu.Item onClick={() => keep.mutate("")}>{t("ask.new_board")}</Menu.Item>
          {boards.map((board) => <Menu.Item key={board.id} onClick={() => keep.mutate(board.id)}>{pick(board.title, language)}</Menu.Item>)}
        </Menu.Dropdown>
      </Menu>
      {keep.error && <span className="refused" role="alert">{keep.error.message || t("link.gone_first")}</span>}
    </div>
  );
}
