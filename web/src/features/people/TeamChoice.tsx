import { useTranslation } from "react-i18next";
import type { Team } from "../../api/people";

/** In which teams somebody is. */
export function TeamChoice({ teams, chosen, onChange }: { teams: readonly Team[]; chosen: readonly string[]; onChange: (teams: string[]) => void }) {
  const { t } = useTranslation();
  if (teams.length === 0) return null;
  return (
    <div className="field" role="group" aria-label={t("people.teams")}>
      <span className="lbl">{t("people.teams")}</span>
      <div className="ticks">
        {teams.map((team) => (
          <label className="checkline" key={team.id}><input type="checkbox" checked={chosen.includes(team.id)} onChange={(event) => onChange(event.target.checked ? [...chosen, team.id] : chosen.filter((id) => id !== team.id))} />{team.name}</label>
        ))}
      </div>
    </div>
  );
}
