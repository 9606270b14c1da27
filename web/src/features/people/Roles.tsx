import { useTranslation } from "react-i18next";
import type { Role } from "../../api/people";

export const ROLES: readonly Role[] = ["owner", "manager", "editor", "member", "viewer"];

/** Rules do not bind who makes them. */
export function isBound(role: Role): boolean {
  return role !== "owner" && role !== "manager";
}

/** Whom a role may invite and change: the owner all, others those below them. */
export function mayManage(mine: string | undefined, other: Role): boolean {
  return mine === "owner" || ROLES.indexOf(mine as Role) < ROLES.indexOf(other);
}

/** One of the roles that the reader may give, with what it may do. */
export function RoleChoice({ mine, value, onChange }: { mine: string | undefined; value: Role; onChange: (role: Role) => void }) {
  const { t } = useTranslation();
  return (
    <label className="field"><span className="lbl">{t("people.role")}</span>
      <select className="input small" value={value} onChange={(event) => onChange(event.target.value as Role)}>
        {ROLES.filter((role) => role === value || mayManage(mine, role)).map((role) => <option key={role} value={role}>{t(`role.${role}`)}</option>)}
      </select>
      <span className="sub">{t(`role_may.${value}`)}</span>
    </label>
  );
}
