import { useId, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { FileLook, ImportWish } from "../../api/uploads";
import { useSession } from "../../app/session";
import { useSettings } from "../../app/settings";
import { sayShare } from "../../format/number";
import { clock, dayName } from "../../format/time";
import { pick } from "../../i18n";

const ENCODINGS = ["utf-8", "gb18030", "utf-16", "big5", "cp1252", "shift_jis"];
const DELIMITERS = [",", ";", "\t", "|"];
const ZONES: string[] = typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];
const CURRENCIES = ["CNY", "USD", "EUR", "GBP", "HKD", "JPY", "TWD", "KRW", "SGD"];

/** What the file was taken for, each fact a control. */
export function Facts({ look, wish, onWish }: { look: FileLook; wish: ImportWish; onWish: (part: ImportWish) => void }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const zone = useSession().session?.workspace.zone ?? "";
  const list = useId();
  const exported = look.exported_at ? new Date(look.exported_at) : null;
  const kinds = Object.keys(look.kinds ?? {});
  const isText = look.container === "delimited" || !look.container;
  const sheets = [...new Set([look.sheet, ...(look.sheets_left ?? []), wish.sheet].filter((name): name is string => !!name))];
  const needs = wish.kind ? (look.kinds?.[wish.kind] ?? []) : [];
  const named = (column: string) => pick(look.choices?.find((choice) => choice.name === column)?.labels ?? {}, language) || column;
  return (
    <>
      <div className="bring-facts">
        <Fact label={t("bring.format")} note={look.format && !look.guessed ? t("bring.sure", { share: sayShare(look.confidence ?? 0) }) : look.guessed ? t("bring.guessed") : ""}>
          <select className="input small" value={wish.format ?? "auto"} onChange={(event) => onWish({ format: event.target.value, columns: {}, words: {} })}>
            <option value="auto">{look.format && (wish.format ?? "auto") === "auto" ? pick(look.format_labels ?? {}, language) : t("bring.find_out")}</option>
            {(wish.format ?? "auto") !== "auto" && wish.format !== "generic" && <option value={wish.format}>{pick(look.format_labels ?? {}, language) || wish.format}</option>}
            {(look.near ?? []).filter((near) => near.name !== wish.format).map((near) => <option key={near.name} value={near.name}>{pick(near.labels, language)}</option>)}
            <option value="generic">{t("bring.by_columns")}</option>
          </select>
        </Fact>
        {kinds.length > 0 && (
          <Fact label={t("bring.kind")} note={needs.length ? t("bring.needs", { names: needs.map(named).join(language === "en" ? ", " : "、") }) : ""}>
            <select className="input small" value={wish.kind ?? ""} onChange={(event) => onWish({ kind: event.target.value })}><option value="">{t("bring.find_out")}</option>{kinds.map((kind) => <option key={kind} value={kind}>{t(`bring.kind_${kind}`, { defaultValue: kind })}</option>)}</select>
          </Fact>
        )}
        {isText && <Fact label={t("bring.encoding")}><select className="input small" value={wish.encoding ?? ""} onChange={(event) => onWish({ encoding: event.target.value })}><option value="">{look.encoding ? `${look.encoding}` : t("bring.find_out")}</option>{ENCODINGS.filter((name) => name !== look.encoding || wish.encoding).map((name) => <option key={name}>{name}</option>)}</select></Fact>}
        {isText && <Fact label={t("bring.delimiter")}><select className="input small" value={wish.delimiter ?? ""} onChange={(event) => onWish({ delimiter: event.target.value })}><option value="">{look.delimiter ? shownDelimiter(look.delimiter, t("bring.tab")) : t("bring.find_out")}</option>{DELIMITERS.filter((mark) => mark !== look.delimiter || wish.delimiter).map((mark) => <option key={mark} value={mark}>{shownDelimiter(mark, t("bring.tab"))}</option>)}</select></Fact>}
        <Fact label={t("bring.header_row")}><input className="input small" type="number" min={1} value={wish.header_row || look.header_row || 1} onChange={(event) => onWish({ header_row: Number(event.target.value) || 0 })} /></Fact>
        <Fact label={t("bring.zone")}><input className="input small" list={`${list}z`} defaultValue={wish.zone || look.zone} key={look.zone} onBlur={(event) => event.target.value !== look.zone && onWish({ zone: event.target.value.trim() })} /><datalist id={`${list}z`}>{ZONES.map((name) => <option key={name} value={name} />)}</datalist></Fact>
        <Fact label={t("bring.currency")}><input className="input small" list={`${list}c`} defaultValue={wish.currency || look.currency} key={look.currency} maxLength={3} onBlur={(event) => event.target.value !== look.currency && onWish({ currency: event.target.value.trim().toUpperCase() })} /><datalist id={`${list}c`}>{CURRENCIES.map((name) => <option key={name} value={name} />)}</datalist></Fact>
        <Fact label={t("bring.shop")} note={t("bring.shop_why")}><input className="input small" defaultValue={wish.shop ?? ""} placeholder="main" onBlur={(event) => onWish({ shop: event.target.value.trim() })} /></Fact>
        <Fact label={t("bring.dates")}><select className="input small" value={wish.date_order ?? ""} onChange={(event) => onWish({ date_order: event.target.value })}><option value="">{t("bring.find_out")}</option><option value="dmy">{t("bring.dmy")}</option><option value="mdy">{t("bring.mdy")}</option></select></Fact>
        <Fact label={t("bring.mark")}><select className="input small" value={wish.decimal_mark ?? ""} onChange={(event) => onWish({ decimal_mark: event.target.value })}><option value="">{t("bring.find_out")}</option><option value=".">{t("bring.mark_point")}</option><option value=",">{t("bring.mark_comma")}</option></select></Fact>
        {(sheets.length > 1 || wish.sheet) && <Fact label={t("bring.sheet")}><select className="input small" value={wish.sheet ?? ""} onChange={(event) => onWish({ sheet: event.target.value })}><option value="">{t("bring.sheet_all")}</option>{sheets.map((name) => <option key={name}>{name}</option>)}</select></Fact>}
        <Fact label={t("bring.exported")} note={look.exported_from === "mtime" ? t("bring.exported_guess") : ""}><input className="input small" type="datetime-local" value={local(wish.exported_at)} aria-label={t("bring.exported")} onChange={(event) => onWish({ exported_at: event.target.value ? new Date(event.target.value).toISOString() : null })} />{!wish.exported_at && exported && <span className="sub">{dayName(exported, look.zone || zone, language)} {clock(exported, look.zone || zone)}</span>}</Fact>
      </div>
      {(look.titles?.length ?? 0) > 0 && <p className="sub">{t("bring.titles", { titles: look.titles?.join(" · ") })}</p>}
    </>
  );
}

function Fact({ label, note, children }: { label: string; note?: string; children: ReactNode }) {
  return <label className="field"><span className="lbl">{label}</span>{children}{note && <span className="sub">{note}</span>}</label>;
}

function shownDelimiter(mark: string, tab: string): string {
  return mark === "\t" ? tab : mark;
}

/** A moment as the control wants it, in the browser's zone. */
function local(at: string | null | undefined): string {
  if (!at) return "";
  const moment = new Date(at);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
