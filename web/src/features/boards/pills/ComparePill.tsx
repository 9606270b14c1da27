import { Menu } from "@mantine/core";
import { Icon } from "../../../components/Icon";
import { useBoard, useWords } from "../context";
import { COMPARISONS, compareOf, timeOf } from "../view";

/** With what the figures are compared. */
export function ComparePill() {
  const words = useWords();
  const { view, board, change } = useBoard();
  const now = compareOf(view, board);
  const time = timeOf(view, board);
  const choices = COMPARISONS.filter((each) => time.relative === "today" ? each !== "previous" : each !== "yesterday" || now === "yesterday");
  return (
    <Menu position="bottom-start" shadow="none" transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <button type="button" className={view.compare ? "pill on" : "pill"} data-pill="compare">
          <Icon name="clock" size={14} />
          {now === "none" ? <b>{words.t("compare.none")}</b> : <span className="el">{words.t("compare.word")} <b>{words.compareName(now, time)}</b></span>}
          <Icon name="down" size={12} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {choices.map((each) => (
          <Menu.Item key={each} data-on={now === each || undefined} rightSection={now === each ? <Icon name="check" size={14} /> : null} onClick={() => change({ ...view, compare: (board.compare ?? "none") === each ? null : each })}>
            {words.compareName(each, time)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
