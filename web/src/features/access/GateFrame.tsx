import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { change, useSettings } from "../../app/settings";
import { Icon, Logo } from "../../components/Icon";
import { Segmented } from "../../components/Segmented";

function Preview() {
  const { t } = useTranslation();
  const bar = (width: number, height: number, top = 0) => <i className="sk" style={{ width, height, marginTop: top }} />;
  return (
    <div className="r" aria-hidden="true">
      <p className="sub2 preview-note">{t("gate.preview")}</p>
      <div className="preview">
        <div className="tile p-hero">
          <div>{bar(72, 12)}{bar(168, 34, 14)}{bar(120, 12, 12)}{bar(190, 10, 26)}{bar(90, 10, 12)}{bar(150, 10, 34)}{bar(170, 10, 12)}</div>
          <svg viewBox="0 0 600 250" preserveAspectRatio="none"><g stroke="var(--line)">{[20, 80, 140, 200, 249].map((y) => <line key={y} x1="0" x2="600" y1={y} y2={y} />)}</g><path d="M0 246C90 240 130 232 180 205S280 150 330 128" fill="none" stroke="var(--c1)" strokeWidth="2.25" vectorEffect="non-scaling-stroke" /><path d="M330 128S440 84 500 52S560 32 600 28" fill="none" stroke="var(--s4)" strokeWidth="2" strokeDasharray="6 6" vectorEffect="non-scaling-stroke" /></svg>
        </div>
        {[96, 70, 84].map((width) => <div className="tile p-small" key={width}>{bar(64, 12)}{bar(width, 22, 10)}{bar(130, 10, 12)}</div>)}
        <div className="tile p-table">{[190, 177, 164, 181, 168, 155].map((width) => <div key={width}>{bar(width, 11)}<span className="sp" />{bar(44, 11)}{bar(64, 11)}</div>)}</div>
        <div className="tile p-bars">{[150, 110, 80, 50, 30].map((width) => <div key={width}>{bar(width, 12)}</div>)}</div>
      </div>
    </div>
  );
}

/** The frame of what is seen before anybody is signed in. */
export function GateFrame({ title, lead, children }: { title: string; lead: string; children?: ReactNode }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  return (
    <div className="gate">
      <main className="l">
        <div className="gate-top">
          <span className="brand"><Logo size={30} /><span>Castanea<small>{t("gate.product")}</small></span></span>
          <Segmented label={t("settings.language")} value={language} onChange={(next) => change({ language: next })} options={[["zh-CN", "中文"], ["en", "English"]]} />
        </div>
        <h1>{title}</h1>
        <p className="lead">{lead}</p>
        {children}
        <div className="promises"><span><Icon name="shield" size={15} />{t("gate.own_server")}</span><span><Icon name="lock" size={15} />{t("gate.sealed")}</span></div>
      </main>
      <Preview />
    </div>
  );
}
