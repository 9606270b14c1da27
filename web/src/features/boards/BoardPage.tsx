import { Modal } from "@mantine/core";
import { Suspense, lazy, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { EMPTY_CATALOG, readCatalog } from "../../api/catalog";
import type { BoardSpec, View } from "../../api/contracts";
import { follow, go, usePlace } from "../../app/location";
import { can, useSession } from "../../app/session";
import { setWall, useAppearance } from "../../app/settings";
import { TopBar } from "../../app/TopBar";
import { Icon } from "../../components/Icon";
import { StoreContext } from "../../live/useTile";
import { BoardContext, useBoard, useWords, type BoardNow } from "./context";
import { BoardFreshness } from "./BoardFreshness";
import { Banner } from "./Banner";
import { Grid } from "./Grid";
import { Herald } from "./Herald";
import { ComparePill } from "./pills/ComparePill";
import { FilterPill } from "./pills/FilterPill";
import { TimePill } from "./pills/TimePill";
import { useLiveBoard } from "./useLiveBoard";
import { SubjectChooser, useMemberName } from "./Subject";
import { rangeOf } from "../explore/place";
import { byTile, useRemarks } from "./remarks";
import { readView, writeView } from "./view";
import { WallBoard } from "./WallBoard";
import { WhatChanged } from "./WhatChanged";

const Talk = lazy(() => import("./Talk").then((part) => ({ default: part.Talk })));
const ShareDialog = lazy(() => import("../people/ShareDialog").then((part) => ({ default: part.ShareDialog })));

export function useCatalog() {
  const answer = useQuery({ queryKey: ["catalog"], queryFn: api.catalog, staleTime: 300_000 });
  return useMemo(() => (answer.data ? readCatalog(answer.data) : EMPTY_CATALOG), [answer.data]);
}

export function useBoards() {
  return useQuery({ queryKey: ["boards"], queryFn: api.boards, staleTime: 60_000 });
}

function onResize(listener: () => void): () => void {
  window.addEventListener("resize", listener);
  return () => window.removeEventListener("resize", listener);
}

function useWidth(): number {
  return useSyncExternalStore(onResize, () => window.innerWidth);
}

function Pills({ board }: { board: BoardSpec }) {
  const { view } = useBoard();
  const shown = new Set([...(board.subject ? [board.subject] : []), ...(board.filters ?? []), ...(view.where ?? []).map((filter) => filter.dimension)]);
  return <><TimePill /><ComparePill />{[...shown].map((dimension) => <FilterPill key={dimension} dimension={dimension} />)}</>;
}

/** A board as the address bar names it. All of it comes from its declaration and the newest payloads. */
export function BoardPage({ id, onSignedOut }: { id: string; onSignedOut: () => void }) {
  const { query } = usePlace();
  const { screen } = useAppearance();
  const words = useWords();
  const boards = useBoards();
  const catalog = useCatalog();
  const wall = query.get("wall") === "1";
  const text = query.toString();
  const view = useMemo(() => readView(id, new URLSearchParams(text)), [id, text]);
  const all = boards.data as unknown as BoardSpec[] | undefined;
  const known = all?.find((each) => each.id === id);
  const chosen = known?.subject ? view.where?.find((filter) => filter.dimension === known.subject)?.values : undefined;
  const unchosen = Boolean(known?.subject) && !chosen?.length;
  const live = useLiveBoard(view, onSignedOut, unchosen || (!all && boards.isPending));
  const pages = useMemo(() => Object.fromEntries((all ?? []).flatMap((each) => (each.subject ? [[each.subject, each.id]] : []))), [all]);
  const [sheet, setSheet] = useState(false);
  const [sharing, setSharing] = useState(false);
  const { session } = useSession();
  const width = useWidth();
  const board = live.board ?? known ?? null;

  useEffect(() => {
    setWall(wall);
    return () => setWall(false);
  }, [wall]);
  const inTop = !board?.subject && ((board?.filters?.length ?? 0) + 2) * 150 + 700 <= width;
  const member = useMemberName(known?.subject ?? "", chosen?.length === 1 ? (chosen[0] ?? "") : "", known);
  const title = member || words.pick(board?.title);
  useEffect(() => {
    document.title = title ? `${title} · Castanea` : "Castanea";
  }, [title]);

  const change = useCallback((next: View) => go(writeView(next, wall)), [wall]);
  const pickMember = useCallback((dimension: string, member: string) => {
    const others = (view.where ?? []).filter((filter) => filter.dimension !== dimension);
    const isAlone = view.where?.some((filter) => filter.dimension === dimension && filter.values.length === 1 && filter.values[0] === member);
    change({ ...view, where: isAlone ? others : [...others, { dimension, op: "in", values: [member] }] });
  }, [view, change]);
  const zoom = useCallback((from: string, to: string) => {
    const time = rangeOf(from, to);
    if (time) change({ ...view, time });
  }, [view, change]);
  const { offlineSince, retry } = live;
  const answered = useRemarks(id, Boolean(session) && session?.me.role !== "wall" && !wall && known !== undefined);
  const said = useMemo(() => byTile(answered.remarks), [answered]);
  const [talking, setTalking] = useState<{ tile: string; begin: "talk" | "card"; snapshot: () => string } | null>(null);
  const talk = useCallback((tile: string, begin: "talk" | "card", snapshot: () => string) => setTalking({ tile, begin, snapshot }), []);
  const named = query.get("tile");
  useEffect(() => {
    if (named) setTalking({ tile: named, begin: "talk", snapshot: () => "" });
  }, [named]);
  const talked = talking && board?.tiles.find((tile) => tile.id === talking.tile);
  const now = useMemo<BoardNow | null>(
    () => board && { board, view, catalog, wall, phone: screen === "phone", offlineSince, change, retry, pages, pick: pickMember, zoom, said, talk },
    [board, view, catalog, wall, screen, offlineSince, change, retry, pages, pickMember, zoom, said, talk],
  );

  if (!now || !board) {
    const missing = live.problem && !live.problem.offline && live.problem.status < 500;
    return (
      <>
        <TopBar title={missing ? words.t("board.missing") : words.t("state.loading")} />
        <main className="page" id="content">
          {missing && <div className="banner watch"><Icon name="warn" /><span className="sub2">{live.problem?.message || words.t("board.missing_why")}</span></div>}
          {live.offlineSince !== null && <div className="banner critical"><Icon name="warn" /><span className="sub2">{words.t("link.gone_first")}</span></div>}
        </main>
      </>
    );
  }
  return (
    <BoardContext.Provider value={now}>
      <StoreContext.Provider value={live.store}>
        {wall ? <WallBoard load={live.load} /> : (
          <>
            <TopBar
              title={title}
              note={<BoardFreshness />}
              actions={screen === "phone"
                ? <button type="button" className="icb" aria-label={words.t("filter.open")} onClick={() => setSheet(true)}><Icon name="filter" size={20} /></button>
                : <>
                    {inTop && <Pills board={board} />}
                    {can(session, "boards:edit") && !board.subject && <a className="icb" href={`/boards/${encodeURIComponent(board.id)}?edit=1`} aria-label={words.t("shelf.edit")} title={words.t("shelf.edit")} onClick={follow} data-edit><Icon name="pencil" /></a>}
                    {can(session, "boards:share") && <button type="button" className="icb" aria-label={words.t("share.open")} title={words.t("share.open")} onClick={() => setSharing(true)} data-share><Icon name="share" /></button>}
                    {board.wall && <a className="icb" href={writeView(view, true)} aria-label={words.t("board.wall")} title={words.t("board.wall")} onClick={(event) => { event.preventDefault(); go(writeView(view, true)); }}><Icon name="wall" /></a>}
                  </>}
            />
            <main className="page" id="content">
              {screen !== "phone" && !inTop && <div className="bar-line"><Pills board={board} /></div>}
              <Banner load={live.load} problem={live.problem} />
              {!unchosen && !board.subject && <WhatChanged />}
              {unchosen ? <SubjectChooser /> : <Grid tiles={board.tiles} />}
              <Herald />
            </main>
            {talking && talked && <Suspense fallback={null}><Talk key={`${talking.tile} ${talking.begin}`} board={board.id} tile={talking.tile} title={words.pick(talked.title)} snapshot={talking.snapshot} begin={talking.begin} onClose={() => { setTalking(null); if (named) go(writeView(view, false), true); }} /></Suspense>}
            {sharing && <Suspense fallback={null}><ShareDialog board={board.id} title={title} onClose={() => setSharing(false)} /></Suspense>}
            <Modal opened={sheet} onClose={() => setSheet(false)} title={words.t("filter.title")} lockScroll={false} transitionProps={{ duration: 0 }} centered closeButtonProps={{ "aria-label": words.t("keys.close") }}>
              <div className="sheet"><Pills board={board} /></div>
            </Modal>
          </>
        )}
      </StoreContext.Provider>
    </BoardContext.Provider>
  );
}
