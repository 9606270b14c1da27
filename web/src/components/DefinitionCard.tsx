import { Popover } from "@mantine/core";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAppearance } from "../app/settings";
import type { MetricInfo } from "../api/contracts";
import { pick } from "../i18n";

/** What a number means: sentence, formula, source, direction, owner. Nothing is shown that the catalogue does not say. */
export function Definition({ metric, source }: { metric: MetricInfo; source?: string }) {
  const { t } = useTranslation();
  const { locale } = useAppearance();
  const rows: [string, string, boolean?][] = [
    [t("definition.formula"), pick(metric.formula, locale), true],
    [t("definition.source"), source || metric.source],
    [t("definition.direction"), metric.direction ? t(`direction.${metric.direction as "more"}`, { defaultValue: "" }) : ""],
    [t("definition.additivity"), metric.additivity ? t(`additivity.${(metric.additivity === "non_additive" && metric.unit === "share" ? "ratio" : metric.additivity) as "additive"}`, { defaultValue: "" }) : ""],
    [t("definition.aliases"), metric.aliases.filter((alias) => /[\u4e00-\u9fff]/.test(alias) === (locale === "zh-CN")).slice(0, 4).join(" · ")],
    [t("definition.owner"), metric.owner ? t(`owner.${metric.owner as "sales"}`, { defaultValue: metric.owner }) : ""],
  ];
  return (
    <div className="card">
      <h3>{pick(metric.labels, locale) || metric.name}</h3>
      <p>{pick(metric.description, locale)}</p>
      <dl>
        {rows.filter(([, value]) => value).map(([label, value, code]) => (
          <div key={label} className="contents">
            <dt>{label}</dt>
            <dd>{code ? <code>{value}</code> : value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** A name whose definition card opens on hover, focus or tap. */
export function Named({ text, metric, source, id }: { text: string; metric: MetricInfo | undefined; source?: string; id?: string }) {
  const [open, setOpen] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  if (!metric) return <span id={id} className="el">{text}</span>;
  const later = (next: boolean, ms: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOpen(next), ms);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" offset={6} withinPortal shadow="none" trapFocus={false} returnFocus={false} transitionProps={{ duration: 0 }}>
      <Popover.Target>
        <button
          type="button" id={id} className="name" aria-expanded={open}
          onMouseEnter={() => later(true, 250)} onMouseLeave={() => later(false, 150)}
          onFocus={(event) => event.target.matches(":focus-visible") && setOpen(true)} onBlur={() => later(false, 0)}
          onClick={() => later(true, 0)} onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
        >
          {text}
        </button>
      </Popover.Target>
      <Popover.Dropdown onMouseEnter={() => later(true, 0)} onMouseLeave={() => later(false, 150)}>
        <Definition metric={metric} source={source} />
      </Popover.Dropdown>
    </Popover>
  );
}
