/** The first letters of Chinese words as they are typed (zfje for 支付金额), read from the browser's own order of characters by pinyin. */

/** The first character of each letter in the order by pinyin; no character begins with i, u or v. */
const FIRST: readonly (readonly [string, string])[] = [
  ["a", "阿"], ["b", "八"], ["c", "嚓"], ["d", "哒"], ["e", "妸"], ["f", "发"], ["g", "旮"], ["h", "哈"], ["j", "讥"], ["k", "咔"], ["l", "垃"], ["m", "妈"],
  ["n", "拏"], ["o", "噢"], ["p", "妑"], ["q", "七"], ["r", "呥"], ["s", "仨"], ["t", "他"], ["w", "穵"], ["x", "夕"], ["y", "丫"], ["z", "帀"],
];
const HAN = /[\u4e00-\u9fff]/;
let order: Intl.Collator | null = null;
const known = new Map<string, string>();

function letterOf(character: string): string {
  order ??= new Intl.Collator("zh-Hans-CN-u-co-pinyin");
  let letter = "";
  for (const [each, first] of FIRST) {
    if (order.compare(character, first) < 0) break;
    letter = each;
  }
  return letter;
}

/** Letters and digits stand for themselves; all else is left out. */
export function initialsOf(text: string): string {
  const held = known.get(text);
  if (held !== undefined) return held;
  const found = [...text].map((each) => (HAN.test(each) ? letterOf(each) : /[a-z0-9]/i.test(each) ? each.toLowerCase() : "")).join("");
  if (known.size > 20_000) known.clear();
  known.set(text, found);
  return found;
}

/** Whether a Chinese name is found by two first letters or more. */
export function hasInitials(name: string, typed: string): boolean {
  return /^[a-z0-9]{2,}$/.test(typed) && HAN.test(name) && initialsOf(name).includes(typed);
}
