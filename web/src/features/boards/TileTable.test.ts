import { describe, expect, it } from "vitest";
import type { Answer } from "../../api/contracts";
import { tableText } from "./TileTable";

describe("a copied table", () => {
  it("guards what a spreadsheet would run, and leaves numbers alone", () => {
    const answer = { columns: [{ name: "product" }, { name: "v" }], rows: [{ product: "=HYPERLINK(\"x\")", v: "-12.5" }, { product: "@sum", v: null }], as_of: null, quality: { score: 100 } } as unknown as Answer;
    expect(tableText(answer, ["Product", "Value"])).toBe("Product\tValue\n'=HYPERLINK(\"x\")\t-12.5\n'@sum\t");
  });
});
