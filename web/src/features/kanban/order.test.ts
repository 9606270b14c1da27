import { describe, expect, it } from "vitest";
import { linkOf, moved, placeOf } from "./order";

describe("lists and links of a board", () => {
  it("moves an item and leaves the ends alone", () => {
    expect(moved(["a", "b", "c"], 1, -1)).toEqual(["b", "a", "c"]);
    expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
    expect(moved(["a", "b"], 1, 1)).toEqual(["a", "b"]);
  });
  it("reads what an address is about, and leads back there", () => {
    for (const place of ["/alerts/a1", "/decisions/d%201", "/targets?target=t1", "/analyses/x"]) {
      const found = linkOf(`https://shop.example${place}`);
      expect(found && placeOf(found.kind, found.id)).toBe(place);
    }
    expect(linkOf("/boards/sales")).toBeNull();
    expect(linkOf("javascript:alert(1)")).toBeNull();
  });
});
