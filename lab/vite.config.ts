// How the page is built: into dist/lab of the package, from the engine as it is built there.
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { policy } from "../src/cli/lab/policy.ts";

const dist = (path: string) => fileURLToPath(new URL(`../dist/${path}`, import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // Wherever the page is put.
  base: "./",
  plugins: [
    react(),
    {
      name: "formula-fonts",
      enforce: "pre",
      // Of KaTeX's sixty font files the six that the page's formulas use.
      transform: (css, id) =>
        /katex-swap\.min\.css/.test(id)
          ? css.replace(/@font-face\{[^}]*\}/g, (face) =>
              /KaTeX_(?:Main-Regular|Math-Italic|Size[1-4]-Regular)\.woff2/.test(face)
                ? face.replace(/,url\([^)]*\.(?:woff|ttf)\) format\("[^"]*"\)/g, "")
                : "",
            )
          : undefined,
    },
    {
      name: "policy",
      apply: "build",
      transformIndexHtml: () => [
        {
          tag: "meta",
          attrs: { "http-equiv": "Content-Security-Policy", content: policy },
          injectTo: "head-prepend",
        },
      ],
    },
  ],
  resolve: {
    alias: [
      { find: /^chainrule$/, replacement: dist("index.js") },
      { find: /^chainrule\/(\w+)$/, replacement: `${dist("")}$1/index.js` },
    ],
  },
  worker: { format: "es" },
  build: {
    outDir: dist("lab"),
    emptyOutDir: true,
    target: "es2023",
    // The polyfill would be an inline script, which the policy refuses.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      output: {
        // What the first screen and panels share, in one chunk: many small ones are packed worse.
        codeSplitting: {
          groups: [
            {
              name: "page",
              test: /lab\/src\/(?:page\/(?:asking|cell|highlight|lit-layer|use-asked|use-lab)|view\/(?:canvas|numbers|scale|series|tokens)|training\/(?:elements?|network|rows)|recipe\/address|worker\/client)\.tsx?$/,
            },
          ],
        },
      },
    },
  },
});
