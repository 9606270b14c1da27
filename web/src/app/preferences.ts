import { useEffect, useRef } from "react";
import { api, type Session } from "../api/client";
import { change, settings, touched, useSettings, type Direction, type Settings } from "./settings";

type Preferences = Session["me"]["preferences"];

function toServer(now: Settings): Preferences {
  return { language: now.language, theme: now.theme, direction_colours: now.direction ?? "", density: now.density };
}

/** After sign-in the account's settings apply here, but for what was chosen on this page before it; what is changed here is kept for the account. */
export function usePreferences(session: Session | null): void {
  const now = useSettings();
  const saved = useRef<string | null>(null);
  const account = session?.me.id ?? "";
  useEffect(() => {
    const told = session?.me.preferences;
    saved.current = null;
    if (!told) return;
    const part: Partial<Settings> = { theme: told.theme, density: told.density, direction: (told.direction_colours || null) as Direction | null };
    if (told.language) part.language = told.language;
    for (const name of touched()) delete part[name];
    if (session?.me.role !== "wall") saved.current = JSON.stringify(told.language ? told : { ...told, language: settings().language });
    change(part, false);
    // once per account
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [account]);
  useEffect(() => {
    if (saved.current === null) return;
    const next = JSON.stringify(toServer(settings()));
    if (next === saved.current) return;
    saved.current = next;
    void api.savePreferences(toServer(settings())).catch(() => undefined);
  }, [account, now]);
}
