import { Modal } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "../../api/problem";
import { targetsApi, type TargetsRead } from "../../api/targets";
import { Refused } from "../people/Refused";

const EXAMPLE = { "zh-CN": "名称,指标,周期,目标值,范围\n十一月支付,paid_amount,2026-11,120万,channel=tmall", en: "name,metric,period,value,scope\nNovember,paid_amount,2026-11,\"1,200,000\",channel=tmall" };

/** Targets of a CSV file: looked at first, with the faults of each line; kept whole or not at all. */
export function BringTargets({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const [found, setFound] = useState<TargetsRead | null>(null);
  const look = useMutation<TargetsRead, Problem, boolean>({
    mutationFn: (keep) => targetsApi.bring(text, keep),
    onSuccess: (told) => { setFound(told); if (told.kept) void queries.invalidateQueries({ queryKey: ["targets"] }); },
  });
  const clean = found !== null && found.faults.length === 0;
  const put = (value: string) => { setText(value); setFound(null); };
  return (
    <Modal opened onClose={onClose} title={t("targets.bring")} size="lg" lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("keys.close") }}>
      <div className="form">
        <p className="sub2">{t("targets.bring_how")}</p>
        <pre className="tg-example">{EXAMPLE[i18n.language === "en" ? "en" : "zh-CN"]}</pre>
        <label className="field"><span className="lbl">{t("targets.file")}</span><input type="file" accept=".csv,.txt,.tsv,text/csv" onChange={(event) => { const file = event.target.files?.[0]; if (file) void file.text().then(put); }} /></label>
        <label className="field"><span className="lbl">{t("targets.or_paste")}</span><textarea className="input edit-text" rows={7} value={text} onChange={(event) => put(event.target.value)} data-csv /></label>
        {found && found.faults.length > 0 && <div role="alert"><p>{t("targets.faults", { count: found.faults.length })}</p><ul className="tg-faults">{found.faults.map((fault) => <li key={fault.line}><b>{t("targets.line", { line: fault.line })}</b> {fault.message}</li>)}</ul></div>}
        {clean && <p role="status">{found.kept ? t("targets.brought", { made: found.made, changed: found.changed }) : t("targets.readable", { count: found.lines })}</p>}
        <Refused problem={look.error} />
        <div className="actions">
          <button type="button" className="btn" onClick={onClose}>{found?.kept ? t("invite.done") : t("people.cancel")}</button>
          {!found?.kept && <button type="button" className="btn pri" disabled={!text.trim() || look.isPending} onClick={() => look.mutate(clean)} data-keep>{clean ? t("targets.keep_all") : t("targets.look")}</button>}
        </div>
      </div>
    </Modal>
  );
}
