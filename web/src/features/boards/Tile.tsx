import { Modal } from "@mantine/core";
import { memo, useCallback, useEffect, useId, useMemo, useRef, useState, type CSSProperties, type KeyboardEvent, type ReactNode } from "react";
import type { TileSpec } from "../../api/contracts";
import { can, useSession } from "../../app/session";
import { settings } from "../../app/settings";
import { Boundary } from "../../components/Boundary";
import { Named } from "../../components/DefinitionCard";
import { announce } from "../../components/announce";
import { useTile, useVisible } from "../../live/useTile";
import { measure, only, valueOf } from "./answers";
import { pick } from "../../i18n";
import { useBoard, useWords } from "./context";
import { Fresh, QualityMark } from "./Fresh";
import { BODIES, FLUSH, UNNAMED, type TileParts } from "./kinds";
import { Skeleton, Sorry } from "./TileStates";
import { TileMenu } from "./TileMenu";
import { TileTable, useTableText } from "./TileTable";
import { useExplore } from "./useExplore";
import { useWash } from "./useWash";

interface Props {
  spec: TileSpec;
  place?: CSSProperties;
  isFull?: boolean;
  onClose?: () => void;
}

/** A tile that cannot be drawn says so in its own frame, and is tried again with its next payload. */
export const Tile = memo(function Tile(props: Props) {
  const { spec, place } = props;
  const version = useTile(spec.id, true)?.version ?? 0;
  const { locale } = useWords();
  const frame = useMemo(() => ({ className: "tile", style: place }), [place]);
  return <Boundary title={pick(spec.title, locale)} resetKey={String(version)} frame={frame}><TileInside {...props} /></Boundary>;
});

const TileInside = memo(function TileInside({ spec, place, isFull = false, onClose }: Props) {
  const element = useRef<HTMLElement>(null);
  const visible = useVisible(element);
  const now = useTile(spec.id, visible);
  const board = useBoard();
  const words = useWords();
  const id = useId();
  const [isTable, setTable] = useState(false);
  const [opened, setOpened] = useState(false);
  const payload = now?.payload ?? null;
  const title = words.pick(spec.title);
  const answers = payload?.answers;
  const main = answers?.main ?? (answers ? Object.values(answers)[0] : undefined);
  const lead = measure(main);
  const copyText = useTableText(spec, answers);
  const washed = useWash(now?.version ?? 0, String(valueOf(only(main), lead) ?? main?.as_of ?? ""));
  const flush = FLUSH.has(spec.kind) && !isTable && payload?.state === "ok";
  const canTable = Boolean(main && main.columns.length > 0);
  const zone = main?.period?.zone ?? "";

  const copy = useCallback(() => {
    void navigator.clipboard?.writeText(copyText()).then(() => announce(words.t("tile.copied")));
  }, [copyText, words]);

  const onKey = (event: KeyboardEvent<HTMLElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.target as HTMLElement).closest("input,textarea,select,[role=menu]")) return;
    const own = event.target === element.current;
    if (event.key === "Escape" && !own && !isFull) element.current?.focus();
    else if (event.key === "Enter" && own) element.current?.querySelector<HTMLElement>("button,[tabindex='0']")?.focus();
    else if (!settings().singleKeys) return;
    else if (event.key.toLowerCase() === "t" && canTable) setTable((shown) => !shown);
    else if (event.key.toLowerCase() === "f") (isFull ? onClose?.() : setOpened(true));
    else return;
    event.stopPropagation();
  };

  useEffect(() => setTable(false), [board.board.id]);

  const left = (spec.follow === false ? (board.view.where ?? []) : (board.view.where ?? []).filter((filter) => spec.takes && !spec.takes.includes(filter.dimension))).map((filter) => filter.dimension);
  const metric = lead ? board.catalog.metrics[lead.metric] : undefined;
  const explore = useExplore(spec);
  const may = can(useSession().session, "kanban:edit");
  const menu = board.wall || spec.kind === "text" ? null : (
    <TileMenu said={board.said?.get(spec.id)?.length ?? 0} onTalk={board.talk && (() => board.talk?.(spec.id, "talk", copyText))} onCard={board.talk && may ? () => board.talk?.(spec.id, "card", copyText) : undefined} title={title} explore={explore} isTable={isTable} isFull={isFull} canTable={canTable} className={flush ? "flush-menu" : "more"} onTable={() => setTable(!isTable)} onCopy={copy} onFull={() => (isFull ? onClose?.() : setOpened(true))} />
  );
  const end = (right?: ReactNode) => <span className="r">{right}{!board.wall && <i className={`changed-dot ${washed.dot}`} aria-hidden="true" />}{menu}</span>;
  const head: TileParts["head"] = (note, right, bare) => (
    <div className="th">
      <Named text={title} metric={UNNAMED.has(spec.kind) ? undefined : metric} id={`${id}t`} />
      {note ? <span className="u">{note}</span> : null}
      {left.length > 0 && <span className="u" title={words.t("filter.left_why")}>{words.t("filter.left", { names: left.map(words.dimension).join(words.locale === "zh-CN" ? "、" : ", ") })}</span>}
      {bare ? null : end(right)}
    </div>
  );
  const foot: TileParts["foot"] = (right) => (now ? <div className="foot"><Fresh tile={now} zone={zone} />{right ?? <QualityMark answer={main} />}</div> : <div className="foot"><span /></div>);

  const Body = BODIES[spec.kind];
  const content = () => {
    if (!payload || !now) return <>{head()}<Skeleton kind={spec.kind} />{foot()}</>;
    if (payload.state !== "ok") return <>{head()}<Sorry payload={payload} spec={spec} onTable={canTable ? () => setTable(true) : undefined} />{payload.state === "no_data" ? null : foot(<span />)}</>;
    if (isTable) return <>{head()}<TileTable spec={spec} answers={payload.answers} />{foot()}</>;
    if (!Body) return <>{head()}<div className="mid">{words.t("state.unknown_kind", { kind: spec.kind })}</div>{foot()}</>;
    return <>{flush && <h3 className="sr" id={`${id}t`}>{title}</h3>}{flush && menu}<Body spec={spec} now={now} payload={payload} head={head} end={end} foot={foot} full={isFull} /></>;
  };
  const state = payload?.freshness.state === "stopped" ? " stopped" : "";
  return (
    <section ref={element} className={`tile${flush ? " flush" : ""}${spec.place.h <= 2 && !flush ? " low" : ""}${washed.on ? " washed" : ""}${state}`} style={place} tabIndex={board.wall ? -1 : 0} aria-labelledby={`${id}t`} onKeyDown={onKey} onAnimationEnd={(event) => event.animationName.startsWith("wash") && washed.end()} data-tile={spec.id} data-kind={spec.kind} data-state={payload?.state ?? "loading"} data-version={now?.version ?? 0}>
      {content()}
      {opened && (
        <Modal opened onClose={() => setOpened(false)} fullScreen withCloseButton={false} lockScroll={false} transitionProps={{ duration: 0 }} aria-label={title} className="full-tile">
          <Tile spec={spec} isFull onClose={() => setOpened(false)} />
        </Modal>
      )}
    </section>
  );
});
