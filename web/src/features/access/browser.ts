/** What a browser calls itself, as people call it: "Firefox · Windows"; empty where it says nothing known. */
const BROWSERS = [["MicroMessenger", "WeChat"], ["DingTalk", "DingTalk"], ["Lark", "Feishu"], ["Edg", "Edge"], ["OPR", "Opera"], ["Firefox", "Firefox"], ["Chrome", "Chrome"], ["Safari", "Safari"]] as const;
const SYSTEMS = [["iPhone", "iPhone"], ["iPad", "iPad"], ["Android", "Android"], ["HarmonyOS", "HarmonyOS"], ["Windows", "Windows"], ["Mac OS X", "macOS"], ["Linux", "Linux"]] as const;

export function browserOf(agent: string): string {
  const of = (names: readonly (readonly [string, string])[]) => names.find(([mark]) => agent.includes(mark))?.[1];
  return [of(BROWSERS), of(SYSTEMS)].filter(Boolean).join(" · ");
}
