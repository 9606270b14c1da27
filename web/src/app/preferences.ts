import { useEffect, useRef } from "react";
import { api, type Session } from "../api/client";
import { change, useSettings, type Direction, type Settings } from "./settings";

type Preferences = Session["me"]["preferences"];

function toServer(settings: Settings): Preferences {
  return { language: settings.language, theme: settings.theme, direction_colours: settings.direction ?? "", density: settings.density };
}

/** After sign-in the account's settings apply here; what is changed here is kept for the account. */
export function usePreferences(session: Session | null): void {
  const settings = useSettings();
  const saved = useRef("");
  const account = session?.me.id ?? "";
  useEffect(() => {
    const told = session?.me.preferences;
    if (!told) {
      saved.current = "";
      return;
    }
    const part: Partial<Settings> = { theme: told.theme, density: told.density, direction: (told.direction_colours || null) as Direction | null };
    if (told.language) part.language = told.language;
    change(part);
    saved.current = JSON.stringify({ ...told });
    // once per account
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [account]);
  useEffect(() => {
    if (!account || !saved.current) return;
    const next = toServer(settings);
    const text = JSON.stringify(next);
    const known = JSON.parse(saved.current) as Preferences;
    const same = next.theme === known.theme && next.density === known.density && next.direction_colours === known.direction_colours && (next.language === known.language || known.language === "");
    if (same && known.language !== "") return;
    saved.current = text;
    if (!same) void api.savePreferences(next).catch(() => undefined);
  }, [account, settings]);
}
