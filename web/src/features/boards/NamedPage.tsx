import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { BoardSpec } from "../../api/contracts";
import type { Problem } from "../../api/problem";
import { remarksApi, type Remark, type RemarksAnswer } from "../../api/remarks";
import { follow } from "../../app/location";
import { useSettings } from "../../app/settings";
import { TopBar } from "../../app/TopBar";
import { pick } from "../../i18n";
import { Message } from "../data/Message";
import { useBoards } from "./BoardPage";
import { Said } from "./Said";

const EVERY_MS = 30_000;

/** The comments in which somebody named the reader, newest first; each leads to its tile. */
export function NamedPage() {
  const { t } = useTranslation();
  const asked = useQuery<RemarksAnswer, Problem>({ queryKey: ["remarks", "", "mine"], queryFn: remarksApi.mine, refetchInterval: EVERY_MS });
  const { remarks, names } = asked.data ?? { remarks: [], names: {} };
  return (
    <>
      <TopBar title={t("named.title")} note={asked.isSuccess && <span className="sub">{t("named.count", { count: remarks.length })}</span>} />
      <main className="page" id="content">
        {asked.isPending || asked.isError ? <Message problem={asked.error} /> : remarks.length === 0 ? <p className="sub2">{t("named.none")}</p> : (
          <section className="tile talk named" aria-label={t("named.title")}>
            <ul>{remarks.map((remark) => <Said key={remark.id} remark={remark} name={names[remark.by] ?? t("talk.gone")} onDrop={null}><Where remark={remark} /></Said>)}</ul>
          </section>
        )}
      </main>
    </>
  );
}

/** The board and the tile, as a link that opens the tile's comments. */
function Where({ remark }: { remark: Remark }) {
  const { t } = useTranslation();
  const { language } = useSettings();
  const boards = (useBoards().data ?? []) as unknown as BoardSpec[];
  const board = boards.find((one) => one.id === remark.board);
  const tile = board?.tiles.find((one) => one.id === remark.tile);
  const place = [board && pick(board.title, language), tile && pick(tile.title, language)].filter(Boolean).join(" · ");
  return <p><a href={`/boards/${encodeURIComponent(remark.board)}?tile=${encodeURIComponent(remark.tile)}`} onClick={follow} data-where>{place || t("named.open")}</a></p>;
}
