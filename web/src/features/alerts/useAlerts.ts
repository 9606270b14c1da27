import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { alertsApi, type AlertList } from "../../api/alerts";
import type { Problem } from "../../api/problem";

/** The alerts that the reader may see, read anew as the server tells of changes. */
export function useAlerts(every: boolean) {
  const queries = useQueryClient();
  useEffect(() => {
    const source = new EventSource("/api/v1/alerts/stream");
    const anew = () => { for (const key of ["alerts", "alert", "alert-rules"]) void queries.invalidateQueries({ queryKey: [key] }); };
    source.addEventListener("open", anew);
    source.addEventListener("changed", anew);
    return () => source.close();
  }, [queries]);
  return useQuery<AlertList, Problem>({ queryKey: ["alerts", every], queryFn: () => alertsApi.all(every), refetchOnMount: "always", refetchInterval: 60_000 });
}
