import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { serviceWorker } from "./src/device/worker/plugin.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Where the broker listens while the pages are served by `vite`. */
const broker = process.env["TELEKONSIL_BROKER"] ?? "http://127.0.0.1:8080";

/** The broker's addresses under `vite`: `/login` and `/room/{consult}` are pages of their own. */
const pages: Plugin = {
  name: "telekonsil-pages",
  configureServer(server) {
    server.middlewares.use((request, _response, next) => {
      const page = /^\/(login|refer|oncall|desk|room|phone|guest|admin|privacy|setup|answer)(\/[0-9a-f-]{36})?\/?(\?.*)?$/.exec(request.url ?? "");
      if (page) request.url = `/${page[1]}/index.html`;
      next();
    });
  },
};

export default defineConfig({
  root: here("."),
  base: "/",
  appType: "mpa",
  plugins: [react(), pages, serviceWorker()],
  resolve: {
    // Cornerstone3D imports Node's `events`; without the alias the production build throws at start.
    alias: { events: here("./node_modules/events/events.js") },
  },
  // Cornerstone3D's decoders are workers that load WebAssembly: they must stay modules.
  worker: { format: "es" },
  optimizeDeps: { exclude: ["@cornerstonejs/dicom-image-loader"], include: ["dicom-parser"] },
  build: {
    outDir: process.env["TELEKONSIL_WEB_OUT"] ?? here("./dist"),
    emptyOutDir: true,
    target: "es2022",
    sourcemap: false,
    // Inlined assets would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    // The viewer is large and loaded on demand; warn only about what is larger than it.
    chunkSizeWarningLimit: 5000,
    rolldownOptions: {
      input: {
        login: here("./login/index.html"),
        refer: here("./refer/index.html"),
        oncall: here("./oncall/index.html"),
        desk: here("./desk/index.html"),
        room: here("./room/index.html"),
        admin: here("./admin/index.html"),
        privacy: here("./privacy/index.html"),
        setup: here("./setup/index.html"),
        guest: here("./guest/index.html"),
        phone: here("./phone/index.html"),
        answer: here("./answer/index.html"),
      },
    },
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": { target: broker, ws: true, changeOrigin: false },
      "/dicomweb": { target: broker, changeOrigin: false },
    },
  },
  test: {
    include: ["src/**/*.test.ts", "src/**/*.test.tsx"],
    environment: "node",
  },
});
