import { Menu } from "@mantine/core";
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
}

export function TileMenu({ title, isTable, isFull, canTable, className = "more", onTable, onCopy, onFull }: Props) {
  const { t } = useWords();
  return (
    <Menu position="bottom-end" shadow="none" withinPortal transitionProps={{ duration: 0 }} zIndex={320}>
      <Menu.Target>
        <button type="button" className={`icb ${className}`} aria-label={t("tile.menu", { title })}><Icon name="more" /></button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item disabled={!canTable} leftSection={<Icon name="table" size={14} />} rightSection={<span className="kbd">T</span>} onClick={onTable}>
          {isTable ? t("tile.show_chart") : t("tile.show_table")}
        </Menu.Item>
        <Menu.Item disabled={!canTable} leftSection={<Icon name="copy" size={14} />} onClick={onCopy}>{t("tile.copy")}</Menu.Item>
        <Menu.Item leftSection={<Icon name="full" size={14} />} rightSection={<span className="kbd">F</span>} onClick={onFull}>{isFull ? t("tile.small") : t("tile.full")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
