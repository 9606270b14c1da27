/** Words of the interface. Both languages are complete (tested); only the one in use is loaded. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type { Locale } from "../format/number";

const words: Record<Locale, () => Promise<{ default: object }>> = {
  "zh-CN": () => import("./zh-CN.json"),
  en: () => import("./en.json"),
};

async function load(locale: Locale): Promise<void> {
  if (!i18next.hasResourceBundle(locale, "translation")) {
    i18next.addResourceBundle(locale, "translation", (await words[locale]()).default);
  }
}

export async function startWords(locale: Locale): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: locale, fallbackLng: false, resources: {}, interpolation: { escapeValue: false }, react: { useSuspense: false }, returnNull: false,
  });
  await load(locale);
  await i18next.changeLanguage(locale);
}

export async function speak(locale: Locale): Promise<void> {
  await load(locale);
  await i18next.changeLanguage(locale);
}

/** A text that the server gave in both languages. */
export function pick(text: Record<string, string> | string | null | undefined, locale: Locale): string {
  if (!text) return "";
  if (typeof text === "string") return text;
  return text[locale] ?? text[locale === "zh-CN" ? "zh" : "en-US"] ?? Object.values(text)[0] ?? "";
}
