import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type Session } from "../../api/client";
import { peopleApi } from "../../api/people";
import type { Problem } from "../../api/problem";
import { change } from "../../app/settings";
import { GateFrame } from "./GateFrame";

/** What a screen sees that opens a link for the wall: its board, without sign-in. Whoever is signed in here is asked first. */
export function OpenWall({ present, onSession }: { present: Session | null; onSession: (session: Session) => void }) {
  const { t } = useTranslation();
  const [token] = useState(() => window.location.hash.slice(1));
  const isPerson = present !== null && present.me.role !== "wall";
  const open = useMutation<Session, Problem>({
    mutationFn: async () => {
      await peopleApi.openWall(token);
      return api.session();
    },
    onSuccess: (session) => { change({ theme: "dark" }, false); onSession(session); },
  });
  const { mutate } = open;
  useEffect(() => {
    if (!isPerson) mutate();
  }, [isPerson, mutate]);
  if (open.isError) return <GateFrame title={t("walls.over")} lead={open.error.offline ? t("link.gone_first") : t("walls.over_why")}>{open.error.offline && <p><button type="button" className="btn" onClick={() => mutate()}>{t("state.retry")}</button></p>}</GateFrame>;
  if (!isPerson || open.isPending || open.isSuccess) return <main className="waiting" aria-live="polite">{t("state.loading")}</main>;
  return (
    <GateFrame title={t("walls.here")} lead={t("walls.here_why", { name: present.me.name })}>
      <p className="actions left"><button type="button" className="btn pri big" onClick={() => mutate()}>{t("walls.open_here")}</button><a className="btn big" href="/">{t("walls.not_here")}</a></p>
    </GateFrame>
  );
}
