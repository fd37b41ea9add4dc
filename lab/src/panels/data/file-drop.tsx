// A file of one's own: dropped anywhere on the page, chosen in a dialog, or pasted as text. One that the address names is asked for.

import { useEffect, useRef, useState } from "react";
import { Button, FileTrigger } from "react-aria-components";
import { checkSame, type HashedFile, hashed } from "../../page/own-file.ts";
import { useLab, useStore } from "../../page/use-lab.ts";
import { messageOf } from "../../recipe/setting-words.ts";

const endings = [".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".pq", ".gz", ".zst"];
const pastedName = "pasted.csv";

export function FileDrop({ onGiven }: { onGiven(given: HashedFile): void }) {
  const store = useStore();
  const { state, missingFile } = useLab();
  const [problem, setProblem] = useState<string>();
  const [isOver, setOver] = useState(false);
  const named = state.data.kind === "file" && missingFile?.sha256 === state.data.sha256 ? missingFile : undefined;

  const take = async (name: string, content: Blob) => {
    setProblem(undefined);
    try {
      const given = await hashed(name, content);
      if (named) {
        checkSame(given, named);
        store.giveFile(given.sha256, { name: named.name, bytes: given.file.bytes });
        return;
      }
      // A file that is no table is told here, and nothing has changed.
      const data = { kind: "file", name, sha256: given.sha256 } as const;
      await store.client.ask((service) => service.inspect({ data, settings: {} }, given.file));
      onGiven(given);
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  useDrop((file) => void take(file.name, file), setOver);
  return (
    <div className="data-file" data-over={isOver || undefined}>
      {named && (
        <p role="status">
          This address trains on your file <strong>{named.name}</strong>. Choose it here, or drop it on the page: it is
          compared by its SHA-256, and stays on this machine.
        </p>
      )}
      <div className="data-file-ways">
        <FileTrigger
          acceptedFileTypes={endings}
          onSelect={(files) => {
            const [file] = files ?? [];
            if (file) void take(file.name, file);
          }}
        >
          <Button className="text-button">Open a file…</Button>
        </FileTrigger>
        <textarea
          className="data-paste"
          aria-label="Paste a table as CSV"
          placeholder="or paste CSV, or drop a file"
          rows={1}
          value=""
          onChange={() => {}}
          onPaste={(event) => {
            event.preventDefault();
            const text = event.clipboardData.getData("text/plain");
            if (text !== "") void take(pastedName, new Blob([text]));
          }}
        />
      </div>
      <p className="data-problem" role="alert">
        {problem}
      </p>
    </div>
  );
}

/** Files that are dropped on the page, wherever: a browser would leave the page for them. */
function useDrop(take: (file: File) => void, setOver: (isOver: boolean) => void): void {
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file === undefined) return;
      event.preventDefault();
      latest.current(file);
    };
    document.addEventListener("dragover", over);
    document.addEventListener("dragleave", leave);
    document.addEventListener("drop", drop);
    return () => {
      document.removeEventListener("dragover", over);
      document.removeEventListener("dragleave", leave);
      document.removeEventListener("drop", drop);
    };
  }, [setOver]);
}
