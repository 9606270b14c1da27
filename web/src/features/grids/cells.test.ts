import { describe, expect, it } from "vitest";
import type { GridColumn } from "../../api/grids";
import { pasted, rowsOf, sent } from "./cells";

const column = (name: string, label: string): GridColumn => ({ name, label, doc: "", type: "text", required: false, filled: false, values: [], labels: [] });
const columns = [column("kind", "种类"), column("product_id", "商品"), column("amount", "金额")];

describe("cells of a grid", () => {
  it("are read as a spreadsheet copies them", () => {
    expect(rowsOf('a\t"b ""x"""\r\nc\t"two\nlines"\r\n')).toEqual([["a", 'b "x"'], ["c", "two lines"]]);
  });
  it("go in from the cell on, and make the rows they need", () => {
    expect(pasted([["", "", ""]], { row: 0, column: 1 }, "tea\t8.5\tbeyond\ncup\t2", columns)).toEqual([["", "tea", "8.5"], ["", "cup", "2"]]);
  });
  it("go to the columns that a header names", () => {
    expect(pasted([["", "", ""]], { row: 0, column: 0 }, "金额\tProduct\n8.5\ttea", columns)).toEqual([["", "tea", "8.5"]]);
  });
  it("are sent without empty rows, each line with its row", () => {
    expect(sent([["", "", ""], ["goods", 'a "b"', "1"]], columns)).toEqual({ text: 'kind\tproduct_id\tamount\ngoods\t"a ""b"""\t1', lines: [1] });
  });
});
