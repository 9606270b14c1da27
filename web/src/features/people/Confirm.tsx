import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Problem } from "../../api/problem";
import { Refused } from "./Refused";

interface Props {
  title: string;
  why: string;
  act: string;
  busy: boolean;
  problem: Problem | null;
  onAct: () => void;
  onClose: () => void;
}

/** Asks before something that cannot be taken back; says what happens and what stays. */
export function Confirm({ title, why, act, busy, problem, onAct, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={onClose} title={title} lockScroll={false} centered transitionProps={{ duration: 0 }} closeButtonProps={{ "aria-label": t("keys.close") }}>
      <p className="sub2">{why}</p>
      <Refused problem={problem} />
      <div className="actions"><button type="button" className="btn" onClick={onClose} data-autofocus>{t("keys_page.keep")}</button><button type="button" className="btn danger" disabled={busy} onClick={onAct}>{act}</button></div>
    </Modal>
  );
}
