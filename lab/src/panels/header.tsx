// The head of the page: what it is, the lessons, the free lab, and the theme.
import "./header.css";
import { ChainruleError } from "chainrule";
import { Check, Link, Moon, Presentation, Sun } from "lucide-react";
import { useState } from "react";
import { Button, ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { addressOfRuns, useRunsInAddress } from "../live/address.ts";
import { hasServer } from "../live/server.ts";
import { useLab, useStore } from "../page/use-lab.ts";
import { stateOfSet } from "../recipe/address.ts";
import { sceneNames, scenes } from "../scenes/index.ts";

export function Header() {
  const store = useStore();
  const { state } = useLab();
  const runs = useRunsInAddress();
  const chosen = runs !== undefined ? "runs" : (state.scene?.name ?? "lab");
  const choose = (name: string) => {
    if (name === "runs") {
      location.hash = addressOfRuns([]);
      return;
    }
    const scene = sceneNames.find((one) => one === name);
    if (scene === undefined) store.commit({ ...stateOfSet("circle"), scene: undefined });
    else store.commit({ ...scenes[scene].start, step: 0, scene: { name: scene, beat: 0 } });
  };
  return (
    <header className="header">
      <h1 className="header-name">Chainrule lab</h1>
      <ToggleButtonGroup
        className="header-scenes"
        aria-label="Lessons"
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[chosen]}
        onSelectionChange={([key]) => key !== undefined && choose(String(key))}
      >
        {sceneNames.map((name, i) => (
          <ToggleButton key={name} id={name} className="header-scene">
            <span className="header-scene-number">{i + 1}</span>
            <span className="header-scene-title">{scenes[name].title}</span>
          </ToggleButton>
        ))}
        <ToggleButton id="lab" className="header-scene">
          Lab
        </ToggleButton>
        {hasServer() && (
          <ToggleButton id="runs" className="header-scene">
            Runs
          </ToggleButton>
        )}
      </ToggleButtonGroup>
      <LinkButton />
      <PresenterButton />
      <ThemeButton />
    </header>
  );
}

/** Copies the address of what is on the page: of a training with the fingerprint of its weights. */
function LinkButton() {
  const store = useStore();
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    try {
      const link = await store.link();
      history.replaceState(null, "", link);
      await navigator.clipboard.writeText(link);
      setCopied(true);
    } catch (error) {
      store.tell(
        error instanceof DOMException
          ? new ChainruleError("INVALID_ARGUMENT", `The link stands in the address bar: ${error.message}`)
          : error,
      );
    }
  };
  return (
    <>
      <Button className="text-button" onPress={() => void copy()} onBlur={() => setCopied(false)}>
        {isCopied ? <Check size={16} aria-hidden /> : <Link size={16} aria-hidden />}
        <span className="header-link">{isCopied ? "Copied" : "Link"}</span>
      </Button>
      <span className="visually-hidden" role="status">
        {isCopied ? "The link is copied" : ""}
      </span>
    </>
  );
}

/** Large type and the network alone beside the text: for a room. */
function PresenterButton() {
  return (
    <ToggleButton
      className="icon-button header-presenter"
      aria-label="Presenter view"
      onChange={(isOn) => {
        document.documentElement.toggleAttribute("data-presenter", isOn);
      }}
    >
      <Presentation size={18} aria-hidden />
    </ToggleButton>
  );
}

function ThemeButton() {
  const [isDark, setDark] = useState(
    () =>
      document.documentElement.dataset.theme === "dark" ||
      (document.documentElement.dataset.theme === undefined && matchMedia("(prefers-color-scheme: dark)").matches),
  );
  const change = () => {
    document.documentElement.dataset.theme = isDark ? "light" : "dark";
    setDark(!isDark);
  };
  return (
    <Button className="icon-button" aria-label={isDark ? "Light theme" : "Dark theme"} onPress={change}>
      {isDark ? <Sun size={18} aria-hidden /> : <Moon size={18} aria-hidden />}
    </Button>
  );
}
