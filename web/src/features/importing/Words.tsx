import { useTranslation } from "react-i18next";
import type { FileLook, ImportWish } from "../../api/uploads";
import { digits } from "../../format/number";

/** Words of the file that the format does not know: each can be given a meaning. */
export function Words({ look, wish, onWish }: { look: FileLook; wish: ImportWish; onWish: (part: ImportWish) => void }) {
  const { t } = useTranslation();
  const mean = (table: string, word: string, meaning: string) => onWish({ words: { ...wish.words, [table]: { ...wish.words?.[table], [word]: meaning } } });
  return (
    <fieldset className="bring-words">
      <legend>{t("bring.words")}</legend>
      {(look.words ?? []).map((each) => (
        <label key={`${each.table}:${each.word}`}>
          <span>{each.word} <span className="sub">{t("bring.rows", { count: each.rows, shown: digits(each.rows, 0) })}</span></span>
          <select className="input small" value={wish.words?.[each.table]?.[each.word] ?? ""} onChange={(event) => event.target.value && mean(each.table, each.word, event.target.value)}>
            <option value="">{t("bring.no_meaning")}</option>
            {each.meanings.map((meaning) => <option key={meaning} value={meaning}>{t(`bring.status_${meaning}`, { defaultValue: meaning })}</option>)}
          </select>
        </label>
      ))}
    </fieldset>
  );
}
