import { hasInitials } from "./initials";
import type { MetricInfo } from "../../api/contracts";

/** Whether a metric goes by this name: label in either language, alias, code, or the first letters of its pinyin. */
export function isNamed(metric: MetricInfo, typed: string): boolean {
  const wanted = typed.trim().toLowerCase();
  return !wanted || [metric.name, ...Object.values(metric.labels), ...metric.aliases].some((name) => name.toLowerCase().includes(wanted) || hasInitials(name, wanted));
}
