// Out: what is on the page as a command line, a TypeScript program, a run folder and weights.
import "./out-panel.css";
import { Download, Square } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "react-aria-components";
import type { Out } from "../../out/index.ts";
import { useFrames, useLab, useStore } from "../../page/use-lab.ts";
import { download } from "../../view/download.ts";
import { counted } from "../../view/numbers.ts";
import { LabClient } from "../../worker/client.ts";
import { proxied } from "../../worker/proxied.ts";
import { CodeBlock } from "./code-block.tsx";

export function OutPanel() {
  const store = useStore();
  const out = useOut();
  if (out === undefined) return null;
  const { command, program, source, weights } = out;
  const saveTable = () =>
    store.attempt(async () => download(source!, new Blob([(await store.client.ask((service) => service.csv()))!])));
  const saveWeights = () =>
    store.attempt(async () =>
      download(weights, blobOf(await store.client.ask((service) => service.safetensors(store.recipe)))),
    );
  return (
    <div className="out">
      <div className="out-command">
        {command.line !== undefined && <CodeBlock title="Command line" text={command.line} rows={4} />}
        {command.notes.map((note) => (
          <p key={note} className="caption">
            {note}
          </p>
        ))}
        <h3 className="panel-title">Files</h3>
        <div className="out-files">
          {source !== undefined && store.state.data.kind === "set" && (
            <Button className="text-button" onPress={saveTable}>
              <Download size={16} aria-hidden /> {source}
            </Button>
          )}
          <Button className="text-button" onPress={saveWeights}>
            <Download size={16} aria-hidden /> {weights}
          </Button>
          {source !== undefined && <RunFolderButton />}
        </div>
      </div>
      <CodeBlock title="TypeScript" text={program} />
    </div>
  );
}

const blobOf = (bytes: Uint8Array): Blob => new Blob([bytes as BlobPart]);

/** Written anew where the training stands still at another step, or is another one. */
function useOut(): Out | undefined {
  const store = useStore();
  const { state, isPlaying, generation } = useLab();
  const [out, setOut] = useState<Out>();
  const [step, setStep] = useState(store.frames.step);
  useFrames((frame) => {
    if (!store.read().isPlaying) setStep(frame.step);
  });
  useEffect(() => {
    // What it is made of, named so that it is made anew.
    void [generation, step, state.interventions];
    if (isPlaying) return;
    let isOld = false;
    void store.attempt(async () => {
      const next = await store.client.ask((service) => service.out(store.recipe));
      if (!isOld) setOut(next);
    });
    return () => {
      isOld = true;
    };
  }, [store, isPlaying, generation, step, state.interventions]);
  return out;
}

/** The training is repeated for it, in a worker of its own, which is ended by a press. */
function RunFolderButton() {
  const store = useStore();
  const [done, setDone] = useState<{ readonly step: number; readonly of: number }>();
  const worker = useRef<LabClient>(undefined);
  const stop = () => {
    worker.current?.close();
    worker.current = undefined;
    setDone(undefined);
  };
  useEffect(() => () => worker.current?.close(), []);
  const save = () =>
    store.attempt(async () => {
      const { step } = store.frames;
      const client = new LabClient();
      worker.current = client;
      setDone({ step: 0, of: step });
      const { recipe, file } = store;
      const onStep = proxied((at: number) => setDone({ step: at, of: step }));
      try {
        const zip = await client.ask((service) => service.runZip(recipe, step, file, onStep));
        download(zip.name, blobOf(zip.bytes));
      } finally {
        if (worker.current === client) stop();
      }
    });
  if (done === undefined)
    return (
      <Button className="text-button" onPress={save}>
        <Download size={16} aria-hidden /> Run folder as zip
      </Button>
    );
  return (
    <Button className="text-button" onPress={stop}>
      <Square size={14} aria-hidden />
      <span className="number">
        Stop at step {counted(done.step)} of {counted(done.of)}
      </span>
    </Button>
  );
}
