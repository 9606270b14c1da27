import { Menu } from "@mantine/core";
import { useState } from "react";
import type { TimeRange } from "../../../api/contracts";
import { Icon } from "../../../components/Icon";
import { useBoard, useWords } from "../context";
import { RANGES, timeOf } from "../view";

/** Which days the board shows. */
export function TimePill() {
  const words = useWords();
  const { view, board, change } = useBoard();
  const now = timeOf(view, board);
  const [since, setSince] = useState(now.since ?? "");
  const [until, setUntil] = useState(now.until ?? "");
  const [opened, setOpened] = useState(false);
  const choose = (time: TimeRange | null) => {
    change({ ...view, time });
    setOpened(false);
  };
  return (
    <Menu opened={opened} onChange={setOpened} position="bottom-start" shadow="none" transitionProps={{ duration: 0 }} closeOnItemClick={false}>
      <Menu.Target>
        <button type="button" className={view.time ? "pill on" : "pill"} data-pill="time"><Icon name="cal" size={14} /><b className="el">{words.rangeName(now)}</b><Icon name="down" size={12} /></button>
      </Menu.Target>
      <Menu.Dropdown>
        {RANGES.map((relative) => (
          <Menu.Item key={relative} data-on={now.relative === relative || undefined} rightSection={now.relative === relative ? <Icon name="check" size={14} /> : null} onClick={() => choose(board.time.relative === relative ? null : { relative, since: null, until: null })}>
            {words.rangeName({ relative })}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <form className="menu-field" onSubmit={(event) => { event.preventDefault(); if (since && until) choose({ relative: "", since: since <= until ? since : until, until: since <= until ? until : since }); }}>
          <label className="field"><span className="lbl">{words.t("range.since")}</span><input className="input small" type="date" value={since} onChange={(event) => setSince(event.target.value)} required /></label>
          <label className="field"><span className="lbl">{words.t("range.until")}</span><input className="input small" type="date" value={until} onChange={(event) => setUntil(event.target.value)} required /></label>
          <button className="btn small" type="submit">{words.t("range.show")}</button>
        </form>
      </Menu.Dropdown>
    </Menu>
  );
}
