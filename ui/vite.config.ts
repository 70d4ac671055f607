import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { pressed } from "./pressed.ts";

// The first that know `light-dark()`: what it is rewritten to for older ones goes by a colour scheme that Mantine sets.
const CSS_TARGET = ["chrome123", "edge123", "firefox121", "safari17.5"];

// The address of the pages is known only to the server, perhaps with a path prefix: everything is relative to <base>.
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  plugins: [react(), pressed()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    assetsDir: "assets",
    assetsInlineLimit: 0,
    target: "es2023",
    cssTarget: CSS_TARGET,
  },
});
