import { useRef, useState, type DragEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "../../api/problem";
import { send } from "../../api/uploads";
import { announce } from "../../components/announce";
import { Icon } from "../../components/Icon";
import { filesOf } from "./filesOf";
import { Progress } from "./Progress";

interface Sending {
  name: string;
  share: number;
  refused?: string;
}

/** Where files are dropped or chosen: one, several, or a folder; sent one after another. */
export function Drop({ onSent, isFirst }: { onSent: () => void; isFirst: boolean }) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<Sending[]>([]);
  const stop = useRef(new AbortController());
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);

  const change = (name: string, next: Partial<Sending>) => setSending((all) => all.map((each) => (each.name === name ? { ...each, ...next } : each)));
  async function bring(chosen: File[]) {
    stop.current = new AbortController();
    setSending(chosen.map((file) => ({ name: file.name, share: 0 })));
    for (const file of chosen) {
      try {
        await send(file, (share) => change(file.name, { share }), stop.current.signal);
        setSending((all) => all.filter((each) => each.name !== file.name));
        announce(t("bring.sent", { file: file.name }));
        onSent();
      } catch (problem) {
        if ((problem as Error).name === "AbortError") return setSending([]);
        change(file.name, { refused: (problem as Problem).message || t("link.gone_first") });
      }
    }
  }
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void filesOf(event.dataTransfer).then(bring);
  };
  const choose = (input: HTMLInputElement) => {
    void bring([...(input.files ?? [])]);
    input.value = "";
  };
  return (
    <section className={over ? "tile drop over" : "tile drop"} aria-label={t("bring.title")} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop}>
      <span className="drop-sign"><Icon name="upload" size={22} /></span>
      <div className="drop-words"><b>{isFirst ? t("bring.first") : t("bring.more")}</b><span className="sub2">{t("bring.kinds")}</span></div>
      <div className="drop-acts">
        <button type="button" className="btn pri" onClick={() => files.current?.click()}>{t("bring.choose")}</button>
        <button type="button" className="btn" onClick={() => folder.current?.click()}>{t("bring.folder")}</button>
      </div>
      <input ref={files} type="file" multiple hidden data-files aria-label={t("bring.choose")} onChange={(event) => choose(event.currentTarget)} />
      <input ref={folder} type="file" multiple hidden aria-label={t("bring.folder")} onChange={(event) => choose(event.currentTarget)} {...{ webkitdirectory: "" }} />
      {sending.length > 0 && (
        <ul className="drop-list">
          {sending.map((each) => (
            <li key={each.name}><span className="el">{each.name}</span>{each.refused ? <span className="refused" role="alert">{each.refused}</span> : <Progress share={each.share} label={t("bring.sending", { file: each.name })} />}</li>
          ))}
          <li><button type="button" className="btn small quiet" onClick={() => (sending.every((each) => each.refused) ? setSending([]) : stop.current.abort())}>{t("bring.stop")}</button></li>
        </ul>
      )}
    </section>
  );
}
