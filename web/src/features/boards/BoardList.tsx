import { useTranslation } from "react-i18next";
import type { BoardSpec } from "../../api/contracts";
import { follow } from "../../app/location";
import { useSettings } from "../../app/settings";
import { TopBar } from "../../app/TopBar";
import { pick } from "../../i18n";
import { useBoards } from "./BoardPage";

/** All boards, each with the questions that it answers. */
export function BoardList() {
  const { t } = useTranslation();
  const { language } = useSettings();
  const boards = (useBoards().data ?? []) as unknown as BoardSpec[];
  return (
    <>
      <TopBar title={t("nav.boards")} />
      <main className="page" id="content">
        <ul className="board-cards">
          {boards.map((board) => (
            <li key={board.id} className="tile">
              <h2><a href={`/boards/${encodeURIComponent(board.id)}`} onClick={follow}>{pick(board.title, language)}</a></h2>
              {(board.questions ?? []).map((question, index) => <p key={index} className="sub2">{pick(question, language)}</p>)}
            </li>
          ))}
        </ul>
      </main>
    </>
  );
}
