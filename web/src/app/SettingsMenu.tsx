import { Popover } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../components/Icon";
import { Segmented } from "../components/Segmented";
import { openKeys } from "./keyboard";
import { follow } from "./location";
import { ON_PHONE, useRooms } from "./rooms";
import { useSession } from "./session";
import { change, resolvedDirection, useAppearance, useSettings, type Density, type Direction, type Theme } from "./settings";

/** Language, theme, colours of change, density; kept for this person. */
export function SettingsMenu() {
  const { t } = useTranslation();
  const settings = useSettings();
  const { session, leave } = useSession();
  const { screen } = useAppearance();
  const more = useRooms().slice(ON_PHONE);
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" shadow="none" trapFocus returnFocus transitionProps={{ duration: 0 }}>
      <Popover.Target>
        <button type="button" className="icb" aria-label={t("settings.title")} aria-expanded={opened} aria-haspopup="dialog" onClick={() => setOpened(!opened)} data-settings><Icon name="more" size={18} /></button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("settings.title")} className="settings-box">
        {session && screen === "phone" && more.map((room) => <a key={room.to} className="nav" href={room.to} aria-current={room.on ? "page" : undefined} onClick={(event) => { setOpened(false); follow(event); }}><Icon name={room.icon} />{room.text}</a>)}
        {session && screen === "phone" && more.length > 0 && <hr />}
        <div className="field"><span className="lbl">{t("settings.language")}</span>
          <Segmented wide label={t("settings.language")} value={settings.language} onChange={(language) => change({ language })} options={[["zh-CN", "中文"], ["en", "English"]]} />
        </div>
        <div className="field"><span className="lbl">{t("settings.theme")}</span>
          <Segmented<Theme> wide label={t("settings.theme")} value={settings.theme} onChange={(theme) => change({ theme })} options={[["system", t("settings.system")], ["light", t("settings.light")], ["dark", t("settings.dark")]]} />
        </div>
        <div className="field"><span className="lbl">{t("settings.direction")}</span>
          <Segmented<Direction> wide label={t("settings.direction")} value={resolvedDirection()} onChange={(direction) => change({ direction })} options={[["red-up", t("settings.red_up")], ["green-up", t("settings.green_up")], ["blue-up", t("settings.blue_up")]]} />
        </div>
        <div className="field only-wide"><span className="lbl">{t("settings.density")}</span>
          <Segmented<Density> wide label={t("settings.density")} value={settings.density} onChange={(density) => change({ density })} options={[["comfortable", t("settings.comfortable")], ["compact", t("settings.compact")]]} />
        </div>
        <label className="checkline only-wide-flex"><input type="checkbox" checked={settings.singleKeys} onChange={(event) => change({ singleKeys: event.target.checked })} />{t("settings.single_keys")}</label>
        <hr />
        <button type="button" className="nav only-wide-flex" onClick={() => { setOpened(false); openKeys(); }}><Icon name="keyboard" />{t("keys.title")}<span className="n kbd">?</span></button>
        {session && <a className="nav" href="/named" onClick={(event) => { setOpened(false); follow(event); }}><Icon name="talk" />{t("named.title")}</a>}
        {session && <a className="nav" href="/account" onClick={(event) => { setOpened(false); follow(event); }}><Icon name="user" />{t("account.title")}</a>}
        {session && <button type="button" className="nav" onClick={leave}><Icon name="out" />{t("session.sign_out", { name: session.me.name })}</button>}
      </Popover.Dropdown>
    </Popover>
  );
}
