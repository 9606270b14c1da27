import { Modal } from "@mantine/core";
import { Suspense, lazy, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { go } from "./location";
import { settings } from "./settings";

const KEYS = [
  ["?", "keys.sheet"], ["/", "keys.filter"], ["⌘K / Ctrl K", "keys.search"], ["Tab", "keys.tab"], ["Enter", "keys.enter"], ["← →", "keys.arrows"], ["Esc", "keys.esc"], ["T", "keys.table"], ["F", "keys.full"], ["B", "keys.boards"],
] as const;

const Search = lazy(() => import("./Search").then((part) => ({ default: part.Search })));

let show: () => void = () => undefined;
let search: () => void = () => undefined;

export function openSearch(): void {
  search();
}

export function openKeys(): void {
  show();
}

/** The sheet of all keys, and the keys that work anywhere on a page. */
export function Keyboard() {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const [searching, setSearching] = useState(false);
  useEffect(() => {
    show = () => setOpened(true);
    search = () => setSearching(true);
    const press = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setSearching(true);
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || !settings().singleKeys) return;
      if ((event.target as HTMLElement).closest("input, textarea, select, [contenteditable]")) return;
      if (event.key === "?") setOpened(true);
      else if (event.key === "/") document.querySelector<HTMLElement>("[data-filter], [data-pill]")?.click();
      else if (event.key === "b") go("/");
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
  return (
    <>
    {searching && <Suspense fallback={null}><Search onClose={() => setSearching(false)} /></Suspense>}
    <Modal opened={opened} onClose={() => setOpened(false)} title={t("keys.title")} lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("keys.close") }}>
      <dl className="keys">
        {KEYS.map(([key, text]) => <div key={key} className="contents"><dt><span className="kbd">{key}</span></dt><dd>{t(text)}</dd></div>)}
      </dl>
      <p className="sub">{t("keys.off")}</p>
    </Modal>
    </>
  );
}
