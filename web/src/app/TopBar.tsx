import type { ReactNode } from "react";
import { useAppearance } from "./settings";
import { SettingsMenu } from "./SettingsMenu";
import { Logo } from "../components/Icon";

/** The top line of every page: title, what there is to know about it, what can be done. */
export function TopBar({ title, note, actions }: { title: string; note?: ReactNode; actions?: ReactNode }) {
  const { screen } = useAppearance();
  return (
    <header className="top">
      {screen === "phone" && <Logo size={24} />}
      <h1>{title}</h1>
      {screen !== "phone" && note}
      <span className="sp" />
      {actions}
      <SettingsMenu />
    </header>
  );
}
