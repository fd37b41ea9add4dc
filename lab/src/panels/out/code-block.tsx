// A text to take along: shown as it is, and copied by a button.
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "react-aria-components";

interface CodeBlockProps {
  readonly title: string;
  readonly text: string;
  /** Lines that are shown; as many as there is room for, where it is left out. */
  readonly rows?: number;
}

export function CodeBlock({ title, text, rows }: CodeBlockProps) {
  const [copied, setCopied] = useState<string>();
  const isCopied = copied === text;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(text);
  };
  return (
    <div className="code-block">
      <div className="code-block-head">
        <h3 className="panel-title">{title}</h3>
        <Button className="icon-button" aria-label={`Copy the ${title}`} onPress={() => void copy()}>
          {isCopied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
        </Button>
        <span className="visually-hidden" role="status">
          {isCopied && "Copied"}
        </span>
      </div>
      <textarea className="code-block-text" aria-label={title} readOnly spellCheck={false} rows={rows} value={text} />
    </div>
  );
}
