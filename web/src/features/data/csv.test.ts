import { expect, it } from "vitest";
import { csvOf } from "./csv";

it("guards what a spreadsheet would run, and no number", () => {
  const row = { quarantine_id: "q", row: 3, reason: "r", why: "no number", column: "a", rule: "", cells: ["=1+1", "-5.20", 'x "y", z'] };
  const csv = csvOf({ import_id: "i", file: "f.csv", columns: ["a", "b", "c"], rows: [row], total: 1 });
  expect(csv.split("\r\n")[1]).toBe("3,no number,a,'=1+1,-5.20,\"x \"\"y\"\", z\"");
});
