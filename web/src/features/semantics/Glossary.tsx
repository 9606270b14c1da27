import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import { readCatalog } from "../../api/catalog";
import type { Problem } from "../../api/problem";
import { usePlace } from "../../app/location";
import { useSettings } from "../../app/settings";
import { TopBar } from "../../app/TopBar";
import { Definition } from "../../components/DefinitionCard";
import { pick } from "../../i18n";
import { Message } from "../data/Message";
import { isNamed } from "./named";

/** Every number of the product: what it is, how it is computed, by any of its names. */
export function Glossary() {
  const { t } = useTranslation();
  const { language } = useSettings();
  const wanted = usePlace().query.get("find") ?? "";
  const [typed, setTyped] = useState(wanted);
  useEffect(() => setTyped(wanted), [wanted]);
  const asked = useQuery<unknown, Problem>({ queryKey: ["catalog"], queryFn: api.catalog, staleTime: 300_000 });
  const catalog = useMemo(() => readCatalog(asked.data), [asked.data]);
  const metrics = Object.values(catalog.metrics).filter((metric) => isNamed(metric, typed));
  return (
    <>
      <TopBar title={t("nav.glossary")} note={asked.isSuccess && <span className="sub">{t("glossary.count", { count: metrics.length })}</span>} />
      <main className="page" id="content">
        <div className="bar-line"><input className="input small find" type="search" data-filter value={typed} onChange={(event) => setTyped(event.target.value)} placeholder={t("glossary.find")} aria-label={t("glossary.find")} /></div>
        {asked.isPending || asked.isError ? <Message problem={asked.error} /> : metrics.length === 0 ? <p className="sub2">{t("glossary.none", { typed })}</p> : (
          <div className="words">
            {metrics.map((metric) => <section className="tile" key={metric.name} aria-label={pick(metric.labels, language)}><Definition metric={metric} /><code className="sub">{metric.name}</code></section>)}
          </div>
        )}
      </main>
    </>
  );
}
