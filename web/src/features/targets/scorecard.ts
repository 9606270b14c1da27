import type { Progress } from "../../api/targets";

export interface Score {
  quarter: string;
  team: string;
  targets: Progress[];
  counts: Record<"ok" | "watch" | "critical" | "none", number>;
}

/** Targets by the quarter in which they end and the team that answers for them; the newest quarter first. */
export function scorecard(all: readonly Progress[]): Score[] {
  const found = new Map<string, Score>();
  for (const progress of all) {
    const [year = "", month = "1"] = progress.target.until.split("-");
    const quarter = `${year} Q${Math.ceil(Number(month) / 3)}`;
    const team = progress.target.team ?? "";
    const score = found.get(`${quarter} ${team}`) ?? { quarter, team, targets: [], counts: { ok: 0, watch: 0, critical: 0, none: 0 } };
    score.targets.push(progress);
    score.counts[progress.verdict ?? "none"] += 1;
    found.set(`${quarter} ${team}`, score);
  }
  return [...found.values()].sort((one, other) => other.quarter.localeCompare(one.quarter) || one.team.localeCompare(other.team));
}
