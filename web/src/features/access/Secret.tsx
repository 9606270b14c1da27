import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  complete: "current-password" | "new-password";
  wrong?: boolean;
  hint?: string;
  id?: string;
  focus?: boolean;
}

/** A passphrase, which can be shown while it is typed. */
export function Secret({ label, value, onChange, complete, wrong, hint, id, focus }: Props) {
  const { t } = useTranslation();
  const own = useId();
  const [isShown, setShown] = useState(false);
  const field = id ?? own;
  return (
    <div className="field"><label htmlFor={field}>{label}</label>
      <div className="with-eye">
        <input id={field} className="input" type={isShown ? "text" : "password"} value={value} onChange={(event) => onChange(event.target.value)} autoComplete={complete} required autoFocus={focus} aria-invalid={wrong || undefined} aria-describedby={hint ? `${field}-hint` : undefined} spellCheck={false} autoCapitalize="none" maxLength={256} />
        <button type="button" className="btn quiet small" onClick={() => setShown(!isShown)} aria-pressed={isShown}>{isShown ? t("gate.hide") : t("gate.show")}</button>
      </div>
      {hint && <span className="sub" id={`${field}-hint`}>{hint}</span>}
    </div>
  );
}
