import { Modal } from "@mantine/core";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ShelfBoard } from "../../api/boards";
import { useSettings } from "../../app/settings";
import { pick } from "../../i18n";

/** Which folder a board stands in: one that is there already, a new one, or none. */
export function FolderOf({ board, folders, onClose, onPlaced }: { board: ShelfBoard; folders: string[]; onClose: () => void; onPlaced: (folder: string) => void }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const [folder, setFolder] = useState(board.folder ?? "");
  const list = useId();
  return (
    <Modal opened onClose={onClose} title={pick(board.title, language)} lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("keys.close") }}>
      <form className="form" onSubmit={(event) => { event.preventDefault(); onPlaced(folder.trim()); }}>
        <label className="field"><span className="lbl">{t("shelf.folder_ask")}</span><input className="input" value={folder} onChange={(event) => setFolder(event.target.value)} list={list} maxLength={160} data-autofocus /></label>
        <datalist id={list}>{folders.map((name) => <option key={name} value={name} />)}</datalist>
        <div className="bring-acts"><button type="submit" className="btn pri">{t("shelf.move")}</button></div>
      </form>
    </Modal>
  );
}
