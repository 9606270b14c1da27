import { useTranslation } from "react-i18next";
import { useSession } from "../../app/session";
import { useSettings } from "../../app/settings";
import { UNKNOWN } from "../../format/number";
import { ageOf, clock, dayName } from "../../format/time";

/** Moments as people read them: how long ago, or the day and time in the workspace's zone. */
export function useTimes() {
  const { t } = useTranslation();
  const { language } = useSettings();
  const zone = useSession().session?.workspace.zone ?? "";
  return {
    ago: (at: string | null | undefined): string => {
      if (!at) return UNKNOWN;
      const age = ageOf(Date.now() - new Date(at).getTime());
      return t(`ago.${age.unit}`, { count: age.count });
    },
    day: (at: string | null | undefined): string => (at ? `${dayName(new Date(at), zone, language)} ${clock(new Date(at), zone)}` : UNKNOWN),
  };
}
