import { execFileSync } from "node:child_process";
import { readFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

describe("the types of the API", () => {
  it("are generated from the OpenAPI document that lies beside them", () => {
    const web = join(__dirname, "..", "..");
    const made = join(mkdtempSync(join(tmpdir(), "castanea-types-")), "schema.d.ts");
    execFileSync(process.execPath, [join(web, "node_modules/openapi-typescript/bin/cli.js"), join(__dirname, "openapi.json"), "-o", made], { cwd: web, stdio: "pipe" });
    expect(readFileSync(join(__dirname, "schema.d.ts"), "utf8")).toBe(readFileSync(made, "utf8"));
  });
});
