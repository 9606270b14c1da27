import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { announce } from "../../components/announce";
import { Icon } from "../../components/Icon";

/** A link or a code that is shown this once: to be copied, or marked where the browser does not let a page copy. */
export function CopyLink({ text, label, why, children }: { text: string; label: string; why: string; children?: React.ReactNode }) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  const mark = () => field.current?.select();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      announce(t("tile.copied"));
    } catch {
      field.current?.focus();
      mark();
      announce(t("link.copy_by_hand"));
    }
  };
  return (
    <div className="copy-link">
      <label className="field"><span className="lbl">{label}</span><input ref={field} className="input mono" readOnly value={text} onFocus={mark} data-link /></label>
      <button type="button" className="btn pri" onClick={() => void copy()}><Icon name="copy" size={14} />{t("keys_page.copy")}</button>
      <p className="sub2">{why}</p>
      {children}
    </div>
  );
}
