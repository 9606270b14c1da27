/** ⌘K: boards, members that have a page of their own (products), and metrics, by any part of their names. */
import { Modal } from "@mantine/core";
import { useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { BoardSpec } from "../api/contracts";
import { useBoards, useCatalog } from "../features/boards/BoardPage";
import { isFound, useMembers } from "../features/boards/Subject";
import { hasInitials } from "../features/semantics/initials";
import { isNamed } from "../features/semantics/named";
import { pick } from "../i18n";
import { go } from "./location";
import { can, useSession } from "./session";
import { useSettings } from "./settings";

interface Found {
  to: string;
  text: string;
  kind: string;
}

const EACH = 8;

export function Search({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const mayAsk = can(useSession().session, "numbers:ask");
  const data = useBoards().data as unknown as BoardSpec[] | undefined;
  const catalog = useCatalog();
  const about = data?.find((board) => board.subject);
  const { listed, isPending } = useMembers(about?.subject ?? "", about, Boolean(about));
  const found = useMemo<Found[]>(() => {
    const wanted = typed.trim().toLowerCase();
    const boards = (data ?? []).filter((board) => Object.values(board.title).some((title) => title.toLowerCase().includes(wanted) || hasInitials(title, wanted)))
      .map((board) => ({ to: `/boards/${encodeURIComponent(board.id)}`, text: pick(board.title, language), kind: t("search.board") }));
    if (!wanted) return boards;
    const members = about ? listed.filter((each) => isFound(each, wanted)).slice(0, EACH).map((each) => ({
      to: `/boards/${encodeURIComponent(about.id)}?where=${encodeURIComponent(`${about.subject}:${encodeURIComponent(each.member)}`)}`, text: each.name, kind: pick(catalog.dimensions[about.subject ?? ""]?.labels, language),
    })) : [];
    const metrics = Object.values(catalog.metrics).filter((metric) => isNamed(metric, wanted)).slice(0, EACH)
      .map((metric) => ({ to: `/glossary?find=${encodeURIComponent(metric.name)}`, text: pick(metric.labels, language) || metric.name, kind: t("search.metric") }));
    const asked = mayAsk ? [{ to: `/ask?q=${encodeURIComponent(typed.trim())}`, text: t("search.ask", { typed: typed.trim() }), kind: t("search.ask_kind") }] : [];
    return [...boards, ...members, ...metrics, ...asked];
  }, [typed, data, about, listed, catalog, language, mayAsk, t]);
  const now = Math.min(at, found.length - 1);
  const open = (each: Found | undefined) => {
    if (!each) return;
    onClose();
    go(each.to);
    window.scrollTo(0, 0);
  };
  const press = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") open(found[now]);
    else if (event.key === "ArrowDown") setAt(Math.min(found.length - 1, now + 1));
    else if (event.key === "ArrowUp") setAt(Math.max(0, now - 1));
    else return;
    event.preventDefault();
  };
  return (
    <Modal opened onClose={onClose} withCloseButton={false} lockScroll={false} transitionProps={{ duration: 0 }} yOffset="10vh" aria-label={t("search.title")}>
      <div className="search" onKeyDown={press}>
        <input
          className="input" type="text" role="combobox" data-autofocus aria-expanded={found.length > 0} aria-controls={`${id}list`} aria-activedescendant={found.length ? `${id}${now}` : undefined} aria-autocomplete="list"
          value={typed} onChange={(event) => { setTyped(event.target.value); setAt(0); }} placeholder={t("search.placeholder")} aria-label={t("search.title")}
        />
        <ul role="listbox" id={`${id}list`} aria-label={t("search.title")} hidden={found.length === 0}>
          {found.map((each, index) => (
            <li key={each.to} id={`${id}${index}`} role="option" aria-selected={index === now} onMouseMove={() => setAt(index)} onMouseDown={(event) => event.preventDefault()} onClick={() => open(each)}>
              <span className="el">{each.text}</span><span className="sub">{each.kind}</span>
            </li>
          ))}
        </ul>
        {found.length === 0 && <p className="sub2" role="status">{typed && isPending && about ? t("state.loading") : t("search.none", { typed })}</p>}
      </div>
    </Modal>
  );
}
