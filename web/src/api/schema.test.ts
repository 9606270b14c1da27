import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

describe("the types of the API", () => {
  it("are generated from the OpenAPI document that lies beside them", () => {
    const web = join(__dirname, "..", "..");
    const made = join(mkdtempSync(join(tmpdir(), "castanea-types-")), "schema.d.ts");
    execFileSync(process.execPath, [join(web, "node_modules/openapi-typescript/bin/cli.js"), join(__dirname, "openapi.json"), "-o", made], { cwd: web, stdio: "pipe" });
    const fresh = readFileSync(made, "utf8");
    rmSync(dirname(made), { recursive: true });
    expect(readFileSync(join(__dirname, "schema.d.ts"), "utf8"), "run: npm run types").toBe(fresh);
  }, 60_000);
});
