import { useAppearance } from "../app/settings";
import { sayChange } from "../format/number";

/** ▲ +9.3 %: arrow, sign and number are always there; the colour is the reader's setting. */
export function Delta({ value, points = false }: { value: number | null; points?: boolean }) {
  const { locale } = useAppearance();
  if (value === null) return <span className="delta same">{sayChange(null, points, locale)}</span>;
  const text = sayChange(value, points, locale);
  const turn = /^[+]/.test(text) ? "up" : /^−/.test(text) ? "dn" : "same";
  return (
    <span className={`delta ${turn}`}>
      {turn !== "same" && (
        <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true">
          <path d={turn === "up" ? "M4 .8L7.6 7H.4z" : "M4 7.2L.4 1h7.2z"} fill="currentColor" />
        </svg>
      )}
      {text}
    </span>
  );
}
