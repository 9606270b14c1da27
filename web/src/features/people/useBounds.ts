import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../../api/client";
import type { Answer } from "../../api/contracts";
import { keyOf, memberCell } from "../boards/answers";

export interface Choice {
  value: string;
  name: string;
}

/** The members of a dimension that the data knows, each with its name. */
function useMembers(dimension: string, metric: string, enabled: boolean): Choice[] | null {
  const asked = useQuery({
    queryKey: ["members", dimension, metric],
    queryFn: () => api.query({ metrics: [metric], by: [dimension], limit: 500 } as Parameters<typeof api.query>[0]),
    enabled, staleTime: 60_000,
  });
  const answer = asked.data as unknown as Answer | undefined;
  return useMemo(() => {
    const key = keyOf(answer);
    if (!answer || !key) return null;
    const named = answer.rows.map((row) => ({ value: String(row[key.name] ?? ""), name: String(memberCell(answer, key, row) ?? "") }));
    return named.filter((each) => each.value).sort((a, b) => a.name.localeCompare(b.name));
  }, [answer]);
}

export interface Known {
  shops: Choice[] | null;
  categories: Choice[] | null;
}

/** All shops and categories that rules may name. */
export function useKnown(enabled = true): Known {
  const shops = useMembers("shop", "order_amount", enabled);
  const categories = useMembers("category", "product_sales", enabled);
  return useMemo(() => ({ shops, categories }), [shops, categories]);
}

export function boundsOf(known: Known): { shops: number | null; categories: number | null } {
  return { shops: known.shops?.length ?? null, categories: known.categories?.length ?? null };
}
