import { Modal } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ownBoards, type BoardVersion, type ShelfBoard } from "../../api/boards";
import type { Problem } from "../../api/problem";
import { useSession } from "../../app/session";
import { useSettings } from "../../app/settings";
import { clock, dayName } from "../../format/time";
import { pick } from "../../i18n";

/** Who saved a board when, and bringing an earlier version back (which is a new version itself). */
export function Versions({ board, onClose, onRestored }: { board: ShelfBoard; onClose: () => void; onRestored: () => void }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const zone = useSession().session?.workspace.zone ?? "";
  const asked = useQuery<BoardVersion[], Problem>({ queryKey: ["versions", board.id], queryFn: () => ownBoards.versions(board.id) });
  const restore = useMutation<unknown, Problem, number>({ mutationFn: (version) => ownBoards.restore(board.id, version), onSuccess: () => { onRestored(); onClose(); } });
  const error = asked.error ?? restore.error;
  return (
    <Modal opened onClose={onClose} title={t("shelf.versions_of", { title: pick(board.title, language) })} lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("keys.close") }}>
      {error && <p className="refused" role="alert">{error.message || t("link.gone_first")}</p>}
      <table className="tbl">
        <thead><tr><th scope="col">{t("shelf.version")}</th><th scope="col">{t("data.when")}</th><th scope="col">{t("shelf.who")}</th><th scope="col"><span className="sr">{t("shelf.restore")}</span></th></tr></thead>
        <tbody>{(asked.data ?? []).map((each, index) => <tr key={each.version}><th scope="row">{each.version}{each.restored ? ` ← ${each.restored}` : ""}</th><td>{dayName(new Date(each.at), zone, language)} {clock(new Date(each.at), zone)}</td><td>{each.by}</td><td className="num">{index > 0 && <button type="button" className="btn small" disabled={restore.isPending} onClick={() => restore.mutate(each.version)}>{t("shelf.restore")}</button>}</td></tr>)}</tbody>
      </table>
    </Modal>
  );
}
