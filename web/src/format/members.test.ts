import { describe, expect, it } from "vitest";
import { memberName, provinceOf, provinces } from "./members";

describe("members", () => {
  it("finds a province by any of its names", () => {
    for (const name of ["浙江省", "浙江", "浙", "Zhejiang", "ZJ", "CN-ZJ"]) expect(provinceOf(name)?.code).toBe("ZJ");
    expect(provinceOf("内蒙古自治区")?.code).toBe("NM");
    expect(provinceOf("广西壮族自治区")?.code).toBe("GX");
    expect(provinceOf("上海市")?.code).toBe("SH");
    expect(provinceOf("Greater London")).toBeNull();
  });
  it("gives every province a square of its own", () => {
    expect(provinces).toHaveLength(34);
    expect(new Set(provinces.map((each) => `${each.column},${each.row}`)).size).toBe(34);
  });
  it("names channels in the reader's language and keeps what it does not know", () => {
    expect(memberName("channel", "jd", "zh-CN")).toBe("京东");
    expect(memberName("channel", "jd", "en")).toBe("JD");
    expect(memberName("channel", "天猫", "en")).toBe("Tmall");
    expect(memberName("channel", "Own fair", "en")).toBe("Own fair");
    expect(memberName("category", "", "en", {}, "unknown")).toBe("unknown");
  });
});
