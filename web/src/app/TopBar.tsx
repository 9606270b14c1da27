import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useAppearance } from "./settings";
import { SettingsMenu } from "./SettingsMenu";
import { Icon, Logo } from "../components/Icon";
import { openSearch } from "./keyboard";

/** The top line of every page: title, what there is to know about it, what can be done. */
export function TopBar({ title, note, actions }: { title: string; note?: ReactNode; actions?: ReactNode }) {
  const { screen } = useAppearance();
  const { t } = useTranslation();
  return (
    <header className="top">
      {screen === "phone" && <Logo size={24} />}
      <h1>{title}</h1>
      {screen !== "phone" && note}
      <span className="sp" />
      {actions}
      <button type="button" className="icb" aria-label={t("search.title")} title={t("search.title")} onClick={openSearch} data-search><Icon name="search" size={screen === "phone" ? 20 : 16} /></button>
      <SettingsMenu />
    </header>
  );
}
