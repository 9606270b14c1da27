import { Popover } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useId, useMemo, useState } from "react";
import { api } from "../../../api/client";
import type { Answer } from "../../../api/contracts";
import { Icon, type IconName } from "../../../components/Icon";
import { toNumber } from "../../../format/number";
import { keyOf, measure, memberCell } from "../answers";
import { useBoard, useWords } from "../context";
import { useMemberName } from "../Subject";

const ICONS: Record<string, IconName> = { channel: "store", platform: "store", shop: "store", category: "tag", product: "tag", brand: "tag" };

/** Which members of a dimension the whole board shows: none chosen means all. */
export function FilterPill({ dimension }: { dimension: string }) {
  const words = useWords();
  const { view, board, change } = useBoard();
  const [opened, setOpened] = useState(false);
  const [typed, setTyped] = useState("");
  const id = useId();
  const chosen = useMemo(() => view.where?.find((filter) => filter.dimension === dimension)?.values ?? [], [view.where, dimension]);
  const metric = board.tiles.flatMap((tile) => Object.values(tile.queries).flatMap((query) => query.metrics))[0] ?? "paid_amount";
  const members = useQuery({
    queryKey: ["members", dimension, metric],
    queryFn: () => api.query({ metrics: [metric], by: [dimension], order: [{ by: metric, descending: true }], limit: 200 } as Parameters<typeof api.query>[0]),
    enabled: opened, staleTime: 60_000,
  });
  const answer = members.data as unknown as Answer | undefined;
  const of = measure(answer);
  const key = keyOf(answer);
  const listed = [...new Set([...chosen, ...(answer && key ? answer.rows.filter((row) => toNumber(of ? row[of.column] : null) !== null || row[key.name]).map((row) => String(row[key.name] ?? "")) : [])])].filter(Boolean);
  const names = new Map(answer && key ? answer.rows.map((row) => [String(row[key.name] ?? ""), memberCell(answer, key, row)]) : []);
  const nameOf = (member: string) => words.member(dimension, names.get(member) ?? member);
  const shown = listed.filter((member) => nameOf(member).toLowerCase().includes(typed.toLowerCase()) || member.toLowerCase().includes(typed.toLowerCase()));
  const set = (values: string[]) => {
    const others = (view.where ?? []).filter((filter) => filter.dimension !== dimension);
    change({ ...view, where: values.length ? [...others, { dimension, op: "in", values }] : others });
  };
  const known = useMemberName(dimension, chosen.length === 1 ? (chosen[0] ?? "") : "", board);
  const name = words.dimension(dimension);
  const label = chosen.length === 0 ? words.t("filter.all", { name }) : chosen.length === 1 ? (known || words.member(dimension, chosen[0])) : words.t("filter.several", { name, count: chosen.length });
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" shadow="none" trapFocus returnFocus transitionProps={{ duration: 0 }}>
      <Popover.Target>
        <button type="button" className={chosen.length ? "pill on" : "pill"} aria-expanded={opened} aria-haspopup="dialog" data-pill={dimension} data-filter onClick={() => setOpened(!opened)}>
          <Icon name={ICONS[dimension] ?? "filter"} size={14} /><span className="el">{chosen.length ? <b>{label}</b> : label}</span><Icon name="down" size={12} />
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={name} className="filter-box">
        {listed.length > 8 && <input className="input small" value={typed} onChange={(event) => setTyped(event.target.value)} placeholder={words.t("filter.find")} aria-label={words.t("filter.find")} />}
        <div className="filter-list">
          {members.isPending && <span className="sub">{words.t("state.loading")}</span>}
          {members.isError && <span className="sub2">{members.error.message || words.t("state.error")}</span>}
          {shown.map((member, index) => (
            <label className="checkline" key={member} htmlFor={`${id}${index}`}>
              <input id={`${id}${index}`} type="checkbox" checked={chosen.includes(member)} onChange={(event) => set(event.target.checked ? [...chosen, member] : chosen.filter((each) => each !== member))} />
              <span className="el">{nameOf(member)}</span>
            </label>
          ))}
        </div>
        {chosen.length > 0 && <button type="button" className="btn small quiet" onClick={() => set([])}>{words.t("filter.clear")}</button>}
      </Popover.Dropdown>
    </Popover>
  );
}
