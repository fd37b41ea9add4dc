// The page's entry.
import "./view/tokens.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { keepPage } from "./page/keep-page.ts";
import { LabStore } from "./page/store.ts";
import { LabContext } from "./page/use-lab.ts";

keepPage();
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <LabContext value={new LabStore()}>
      <App />
    </LabContext>
  </StrictMode>,
);
