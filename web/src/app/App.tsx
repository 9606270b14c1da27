import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from "@tanstack/react-query";
import { Suspense, lazy, useCallback, useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { api, whenSignedOut, type Session } from "../api/client";
import type { BoardSpec } from "../api/contracts";
import type { Problem } from "../api/problem";
import { Boundary } from "../components/Boundary";
import { SignIn } from "../features/access/SignIn";
import { BoardPage, useBoards } from "../features/boards/BoardPage";
import { speak } from "../i18n";
import { watchViews } from "../live/hub";
import { Keyboard } from "./keyboard";
import { go, usePlace } from "./location";
import { usePreferences } from "./preferences";
import { SessionContext, can, useSession } from "./session";
import { resolvedTheme, useSettings } from "./settings";
import { Shell } from "./Shell";
import { theme } from "./theme";
import { TopBar } from "./TopBar";

const DataPage = lazy(() => import("../features/data/DataPage").then((page) => ({ default: page.DataPage })));
const Shelf = lazy(() => import("../features/editing/Shelf").then((page) => ({ default: page.Shelf })));
const EditBoard = lazy(() => import("../features/editing/EditBoard").then((page) => ({ default: page.EditBoard })));
const PeoplePage = lazy(() => import("../features/people/PeoplePage").then((page) => ({ default: page.PeoplePage })));
const AccountPage = lazy(() => import("../features/access/AccountPage").then((page) => ({ default: page.AccountPage })));
const AcceptInvitation = lazy(() => import("../features/access/AcceptInvitation").then((page) => ({ default: page.AcceptInvitation })));
const AcknowledgeLink = lazy(() => import("../features/access/AcknowledgeLink").then((page) => ({ default: page.AcknowledgeLink })));
const OpenWall = lazy(() => import("../features/access/OpenWall").then((page) => ({ default: page.OpenWall })));
const Start = lazy(() => import("../features/importing/Start").then((page) => ({ default: page.Start })));
const KanbanPage = lazy(() => import("../features/kanban/KanbanPage").then((page) => ({ default: page.KanbanPage })));
const AlertsPage = lazy(() => import("../features/alerts/AlertsPage").then((page) => ({ default: page.AlertsPage })));
const ChannelsPage = lazy(() => import("../features/alerts/ChannelsPage").then((page) => ({ default: page.ChannelsPage })));
const DecisionsPage = lazy(() => import("../features/decisions/DecisionsPage").then((page) => ({ default: page.DecisionsPage })));
const AnalysesPage = lazy(() => import("../features/analyses/AnalysesPage").then((page) => ({ default: page.AnalysesPage })));
const TargetsPage = lazy(() => import("../features/targets/TargetsPage").then((page) => ({ default: page.TargetsPage })));
const AskPage = lazy(() => import("../features/asking/AskPage").then((page) => ({ default: page.AskPage })));
const ExplorePage = lazy(() => import("../features/explore/ExplorePage").then((page) => ({ default: page.ExplorePage })));
const BuyersPage = lazy(() => import("../features/buyers/BuyersPage").then((page) => ({ default: page.BuyersPage })));
const NamedPage = lazy(() => import("../features/boards/NamedPage").then((page) => ({ default: page.NamedPage })));
const Glossary = lazy(() => import("../features/semantics/Glossary").then((page) => ({ default: page.Glossary })));

const client = new QueryClient({
  defaultOptions: { queries: { retry: (count, problem) => count < 8 && ((problem as unknown as Problem).offline || (problem as unknown as Problem).status >= 500), retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 5000), refetchOnWindowFocus: false } },
});

function Page({ onSignedOut }: { onSignedOut: () => void }) {
  const { t } = useTranslation();
  const { path, query } = usePlace();
  const { session } = useSession();
  const boards = useBoards();
  const mayBring = can(session, "data:write") && !session?.workspace.demo;
  const status = useQuery({ queryKey: ["status"], queryFn: api.status, enabled: mayBring && path === "/" });
  const isEmpty = mayBring && (status.data as { head?: number } | undefined)?.head === 0;
  const first = ((boards.data ?? []) as unknown as BoardSpec[])[0]?.id;
  const id = path.startsWith("/boards/") ? decodeURIComponent(path.slice(8)) : path === "/" || path === "/sign-in" ? first : undefined;
  if (id && query.get("wall") === "1") return <BoardPage key={id} id={id} onSignedOut={onSignedOut} />;
  let page;
  if (path === "/" && isEmpty) page = <Start />;
  else if (id && query.get("edit") === "1" && can(session, "boards:edit")) page = <EditBoard key={id} id={id} onSignedOut={onSignedOut} />;
  else if (id) page = <BoardPage key={id} id={id} onSignedOut={onSignedOut} />;
  else if (path === "/data" || path.startsWith("/data/")) page = <DataPage />;
  else if (path === "/people" || path.startsWith("/people/")) page = <PeoplePage />;
  else if (path === "/account") page = <AccountPage />;
  else if (path === "/tasks" || path.startsWith("/tasks/")) page = <KanbanPage />;
  else if (path === "/alerts/channels") page = <ChannelsPage />;
  else if (path === "/alerts" || path.startsWith("/alerts/")) page = <AlertsPage />;
  else if (path === "/decisions" || path.startsWith("/decisions/")) page = <DecisionsPage />;
  else if (path === "/analyses" || path.startsWith("/analyses/")) page = <AnalysesPage />;
  else if (path === "/targets") page = <TargetsPage />;
  else if (path === "/boards") page = <Shelf />;
  else if (path === "/ask") page = <AskPage onSignedOut={onSignedOut} />;
  else if (path === "/explore") page = <ExplorePage onSignedOut={onSignedOut} />;
  else if (path === "/buyers") page = <BuyersPage />;
  else if (path === "/named") page = <NamedPage />;
  else if (path === "/glossary") page = <Glossary />;
  else page = <><TopBar title={path === "/" ? t("state.loading") : t("board.missing")} /><main className="page" id="content" /></>;
  return <Shell><Boundary title={path} resetKey={path}><Suspense fallback={<TopBar title={t("state.loading")} />}>{page}</Suspense></Boundary></Shell>;
}

function wallOf(session: Session): string {
  return `/boards/${encodeURIComponent(session.me.board ?? "")}?wall=1`;
}

/** A screen on the wall: its one board, whatever the address bar says. */
function Screen({ session, onSignedOut }: { session: Session; onSignedOut: () => void }) {
  const { path, query } = usePlace();
  const place = wallOf(session);
  const isThere = path === place.split("?")[0] && query.get("wall") === "1";
  useEffect(() => {
    if (!isThere) go(place, true);
  }, [isThere, place]);
  return isThere ? <BoardPage id={session.me.board ?? ""} onSignedOut={onSignedOut} /> : null;
}

function Gate() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const asked = useQuery<Session | null, Problem>({
    queryKey: ["session"],
    queryFn: () => api.session().catch((problem: Problem) => (problem.status === 401 ? null : Promise.reject(problem))),
    staleTime: Infinity, retry: true, retryDelay: 1000,
  });
  const signedOut = useCallback(() => {
    watchViews([]);
    queries.setQueryData(["session"], null);
    queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
  }, [queries]);
  const leave = useCallback(() => void api.signOut().finally(signedOut), [signedOut]);
  useEffect(() => whenSignedOut(signedOut), [signedOut]);
  const session = asked.data ?? null;
  usePreferences(session);
  const context = useMemo(() => ({ session, signedOut, leave }), [session, signedOut, leave]);
  const { path } = usePlace();
  const enter = useCallback((next: Session) => {
    queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
    queries.setQueryData(["session"], next);
  }, [queries]);
  const wall = session?.me.role === "wall" ? (session.me.board ?? "") : "";
  if (asked.isPending) return <main className="waiting" aria-live="polite">{asked.failureCount > 1 ? t("link.gone_first") : ""}</main>;
  if (path === "/invitation") return <Suspense fallback={null}><AcceptInvitation present={session} onSession={enter} /></Suspense>;
  if (path === "/acknowledge") return <Suspense fallback={null}><AcknowledgeLink /></Suspense>;
  if (path === "/wall") return <Suspense fallback={null}><OpenWall present={session} onSession={(next) => { go(wallOf(next), true); enter(next); }} /></Suspense>;
  if (!session) return <SignIn onSession={enter} />;
  if (wall) return <SessionContext.Provider value={context}><Screen session={session} onSignedOut={signedOut} /></SessionContext.Provider>;
  return <SessionContext.Provider value={context}><Page onSignedOut={signedOut} /><Keyboard /></SessionContext.Provider>;
}

export function App() {
  const settings = useSettings();
  useEffect(() => void speak(settings.language), [settings.language]);
  return (
    <MantineProvider theme={theme} withCssVariables={false} withGlobalClasses={false} withStaticClasses forceColorScheme={resolvedTheme()}>
      <QueryClientProvider client={client}>
        <Gate />
        <div id="announcer" className="sr" aria-live="polite" />
      </QueryClientProvider>
    </MantineProvider>
  );
}
