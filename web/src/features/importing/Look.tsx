import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "../../api/problem";
import { uploads, type FileLook, type ImportJob, type ImportWish } from "../../api/uploads";
import { useSettings } from "../../app/settings";
import { pick } from "../../i18n";
import { Columns } from "./Columns";
import { Effect } from "./Effect";
import { Facts } from "./Facts";
import { Preview } from "./Preview";
import { Words } from "./Words";

/** How a file will be read: everything guessed, with its confidence, and everything changeable, with the effect at once. */
export function Look({ job, isBeginning, onBegin }: { job: ImportJob; isBeginning: boolean; onBegin: (wish: ImportWish) => void }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const [wish, setWish] = useState<ImportWish>(job.wish ?? {});
  const [name, setName] = useState("");
  const best = useRef<FileLook | null>(null);
  const asked = useQuery<FileLook, Problem>({ queryKey: ["look", job.id, language, wish], queryFn: () => uploads.look(job.id, wish), placeholderData: keepPreviousData, staleTime: Infinity, retry: false });
  const keep = useMutation<{ name: string }, Problem>({ mutationFn: () => uploads.keepFormat(job.id, wish, name.trim()) });
  const look = asked.data;
  useEffect(() => { if (look && look.columns?.length) best.current = look; }, [look]);
  if (!look) return asked.isError ? <p className="refused" role="alert">{asked.error.message || t("link.gone_first")}</p> : <div className="skeleton" aria-label={t("bring.looking")}>{[90, 72, 84].map((width) => <i key={width} className="sk" style={{ width: `${width}%`, height: 14 }} />)}</div>;
  const change = (part: ImportWish) => setWish((now) => ({ ...now, ...part }));
  const known = look.columns?.length ? look : { ...(best.current ?? look), refused: look.refused };
  const edited = Object.keys(wish.columns ?? {}).length + Object.keys(wish.words ?? {}).length > 0;
  return (
    <div className="bring-look" aria-busy={asked.isFetching}>
      <Facts look={known} wish={wish} onWish={change} />
      {look.refused && <p className="refused" role="alert">{look.refused.code === "import.unknown_format" ? t(wish.kind ? "bring.unknown_columns" : "bring.unknown_format") : look.refused.message}</p>}
      {!look.encoding_sure && <p className="banner watch">{t("bring.encoding_unsure", { encoding: look.encoding })}</p>}
      {(look.says ?? []).map((says) => <p key={pick(says, "en")} className="sub2">{pick(says, language)}</p>)}
      {(look.sheets_left?.length ?? 0) > 0 && <p className="sub2">{t("bring.sheets_left", { names: look.sheets_left?.join(", ") })}</p>}
      {(known.columns?.length ?? 0) > 0 && <Columns look={known} wish={wish} onWish={change} />}
      {(look.words?.length ?? 0) > 0 && <Words look={look} wish={wish} onWish={change} />}
      {!look.refused && <Preview look={look} />}
      {!look.refused && look.effect && <Effect look={look} />}
      <div className="bring-acts">
        <button type="button" className="btn pri" disabled={!!look.refused || asked.isFetching || isBeginning} onClick={() => onBegin(wish)}>{t("bring.import")}</button>
        {edited && <button type="button" className="btn quiet" onClick={() => setWish({})}>{t("bring.reset")}</button>}
        {(edited || look.guessed) && !look.refused && (
          <form className="bring-keep" onSubmit={(event) => { event.preventDefault(); keep.mutate(); }}>
            <input className="input small" value={name} onChange={(event) => setName(event.target.value)} placeholder="our_orders" aria-label={t("bring.format_name")} pattern="[a-z][a-z0-9_]{1,60}" maxLength={61} />
            <button type="submit" className="btn small" disabled={!name.trim() || keep.isPending}>{t("bring.keep")}</button>
            {keep.data && <span className="sub2">{t("bring.kept", { name: keep.data.name })}</span>}
            {keep.error && <span className="refused" role="alert">{keep.error.message}</span>}
          </form>
        )}
      </div>
    </div>
  );
}
