import { describe, expect, it } from "vitest";
import type { MetricInfo } from "../../api/contracts";
import { hasInitials, initialsOf } from "./initials";
import { isNamed } from "./named";

describe("first letters of Chinese words", () => {
  it("are those that people type", () => {
    expect(["支付金额", "退款率", "访客数", "客单价", "库存", "新客占比", "ROI（15 天）"].map(initialsOf)).toEqual(["zfje", "tkl", "fks", "kdj", "kc", "xkzb", "roi15t"]);
  });
  it("are right for each letter of the alphabet", () => {
    const words = ["爱按", "包备", "差成", "单订", "额二", "访复", "购广", "会好", "件加", "客开", "类率量流", "买满毛", "拿内年哪", "欧", "品拍趴", "期券", "人日", "商数三色", "退台他她", "完物外瓦", "销新", "优预", "周支总杂"];
    expect(words.map((word) => [...new Set(initialsOf(word))].join(""))).toEqual([..."abcdefghjklmnopqrstwxyz"]);
  });
  it("find a metric from two letters on, and nothing that is no Chinese name", () => {
    const metric = { name: "paid_amount", labels: { "zh-CN": "支付金额", en: "Paid amount" }, aliases: [] } as unknown as MetricInfo;
    expect([isNamed(metric, "zfje"), isNamed(metric, "fj"), isNamed(metric, "z"), isNamed(metric, "tkl")]).toEqual([true, true, false, false]);
    expect(hasInitials("Zhejiang", "zj")).toBe(false);
  });
});
