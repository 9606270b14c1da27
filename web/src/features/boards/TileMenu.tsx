import { Menu } from "@mantine/core";
import { follow } from "../../app/location";
import { Icon } from "../../components/Icon";
import { useWords } from "./context";

interface Props {
  title: string;
  isTable: boolean;
  isFull: boolean;
  canTable: boolean;
  className?: string;
  onTable: () => void;
  onCopy: () => void;
  onFull: () => void;
  /** Where its numbers lead, by name. */
  explore?: { name: string; to: string }[];
  /** How many remarks there are. */
  said?: number;
  onTalk?: () => void;
  onCard?: () => void;
}

export function TileMenu({ title, isTable, isFull, canTable, className = "more", onTable, onCopy, onFull, explore = [], said = 0, onTalk, onCard }: Props) {
  const { t } = useWords();
  return (
    <Menu position="bottom-end" shadow="none" withinPortal transitionProps={{ duration: 0 }} zIndex={320}>
      <Menu.Target>
        <button type="button" className={`icb ${className}`} aria-label={t("tile.menu", { title })}><Icon name="more" /></button>
      </Menu.Target>
      <Menu.Dropdown>
        {explore.map((each) => (
          <Menu.Item key={each.to} component="a" href={each.to} leftSection={<Icon name="search" size={14} />} onClick={follow} data-explore>{explore.length > 1 ? t("explore.open_metric", { name: each.name }) : t("explore.open")}</Menu.Item>
        ))}
        <Menu.Item disabled={!canTable} leftSection={<Icon name="table" size={14} />} rightSection={<span className="kbd">T</span>} onClick={onTable}>
          {isTable ? t("tile.show_chart") : t("tile.show_table")}
        </Menu.Item>
        <Menu.Item disabled={!canTable} leftSection={<Icon name="copy" size={14} />} onClick={onCopy}>{t("tile.copy")}</Menu.Item>
        <Menu.Item leftSection={<Icon name="full" size={14} />} rightSection={<span className="kbd">F</span>} onClick={onFull}>{isFull ? t("tile.small") : t("tile.full")}</Menu.Item>
        {onTalk && <Menu.Item leftSection={<Icon name="people" size={14} />} rightSection={said ? <span className="sub2">{said}</span> : undefined} onClick={onTalk} data-talk-open>{t("talk.open")}</Menu.Item>}
        {onCard && <Menu.Item leftSection={<Icon name="kanban" size={14} />} onClick={onCard} data-card-open>{t("talk.make")}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}
