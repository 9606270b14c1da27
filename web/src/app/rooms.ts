import { useTranslation } from "react-i18next";
import type { IconName } from "../components/Icon";
import { usePlace } from "./location";
import { can, useSession } from "./session";

/** How many of the rooms the bottom bar of a phone has beside the first board; the others stand in the menu. */
export const ON_PHONE = 4;

interface Room {
  to: string;
  icon: IconName;
  text: string;
  on: boolean;
}

/** Where one may go, the most used first. */
export function useRooms(): Room[] {
  const { t } = useTranslation();
  const { path } = usePlace();
  const { session } = useSession();
  const rooms: Room[] = [{ to: "/boards", icon: "boards", text: t("nav.boards"), on: path === "/boards" }];
  if (can(session, "alerts:read")) rooms.push({ to: "/alerts", icon: "bell", text: t("alerts.title"), on: path === "/alerts" || path.startsWith("/alerts/") });
  if (can(session, "decisions:read")) rooms.push({ to: "/decisions", icon: "decision", text: t("decisions.title"), on: path === "/decisions" || path.startsWith("/decisions/") });
  if (can(session, "boards:read")) rooms.push({ to: "/tasks", icon: "kanban", text: t("kanban.title"), on: path === "/tasks" || path.startsWith("/tasks/") });
  if (can(session, "numbers:ask")) rooms.push({ to: "/analyses", icon: "eye", text: t("analyses.title"), on: path === "/analyses" || path.startsWith("/analyses/") });
  if (can(session, "targets:read")) rooms.push({ to: "/targets", icon: "target", text: t("targets.title"), on: path === "/targets" });
  if (can(session, "buyers:read")) rooms.push({ to: "/buyers", icon: "user", text: t("buyers.title"), on: path === "/buyers" });
  if (can(session, "imports:read") || can(session, "keys:manage")) rooms.push({ to: "/data", icon: "data", text: t("nav.data"), on: path.startsWith("/data") });
  if (can(session, "catalog:read")) rooms.push({ to: "/glossary", icon: "book", text: t("nav.glossary"), on: path.startsWith("/glossary") });
  if (can(session, "people:read")) rooms.push({ to: "/people", icon: "people", text: t("people.title"), on: path === "/people" || path.startsWith("/people/") });
  return rooms;
}
