import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** `make dev` starts both servers; the pages come from Vite, everything under /api from Castanea. */
const server = process.env.CASTANEA_SERVER ?? "http://127.0.0.1:8321";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    sourcemap: false,
    chunkSizeWarningLimit: 700,
    // Strict CSP on the served pages: nothing is inlined as data: URLs or inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    host: "127.0.0.1",
    port: 5173,
    proxy: { "/api": { target: server }, "/healthz": { target: server }, "/readyz": { target: server } },
  },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"] },
});
