// A number that can be dragged, typed over, and stepped with the arrow keys.
import "./number-handle.css";
import { type KeyboardEvent, type PointerEvent, type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { decimal } from "../training/decimal.ts";
import { parsedNumber, stepOf, stepped } from "./number-steps.ts";
import { exact, shown } from "./numbers.ts";

/** What writes the number without React, as with every frame; not while somebody is at it. */
export interface NumberHandleControl {
  show(value: number): void;
}

interface NumberHandleProps {
  readonly label: string;
  readonly value: number;
  readonly isWhole?: boolean;
  readonly least?: number;
  readonly most?: number;
  readonly control?: Ref<NumberHandleControl>;
  /** While it is dragged or stepped. */
  onPreview?(value: number): void;
  onCommit(value: number): void;
}

/** Pixels before a press becomes a drag. */
const slack = 3;

export function NumberHandle({ label, value, control, onPreview, onCommit, ...kind }: NumberHandleProps) {
  const input = useRef<HTMLInputElement>(null);
  /** The number as it stands, how it was written last, and whether it is dragged or stepped. */
  const own = useRef({ value, text: kind.isWhole ? String(value) : shown(value), isBusy: false, isStepped: false });
  const drag = useRef<{ x: number; from: number; isUnderWay: boolean } | undefined>(undefined);
  const { isWhole = false, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = kind;
  const write = (next: number) => {
    const element = input.current!;
    own.current.value = next;
    // All digits that a float32 has while one is at it.
    const isExact = isWhole || document.activeElement === element;
    own.current.text = isExact ? exact(decimal(Math.fround(next))) : shown(next);
    element.value = own.current.text;
    element.setAttribute("aria-valuenow", String(next));
  };
  const show = (next: number) => {
    const element = input.current!;
    const { text, isBusy, isStepped } = own.current;
    if (isBusy || isStepped || element.value !== text || next === own.current.value) return;
    const isAll = element.selectionStart === 0 && element.selectionEnd === text.length;
    write(next);
    if (isAll && document.activeElement === element) element.select();
  };
  useImperativeHandle(control, () => ({ show }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: `show` only writes
  useEffect(() => show(value), [value]);
  const clamp = (next: number) => Math.max(least, Math.min(most, isWhole ? Math.round(next) : next));
  const preview = (next: number) => {
    write(clamp(next));
    onPreview?.(own.current.value);
  };
  const commitText = () => {
    const { value: text } = input.current!;
    const typed = text === own.current.text ? undefined : parsedNumber(text);
    if (typed === undefined) write(own.current.value);
    else {
      write(clamp(typed));
      onCommit(own.current.value);
    }
  };
  const commitSteps = () => {
    if (!own.current.isStepped) return;
    own.current.isStepped = false;
    onCommit(own.current.value);
  };
  const press = (event: KeyboardEvent) => {
    const { key, shiftKey, altKey } = event;
    const turn = key === "ArrowUp" ? 1 : key === "ArrowDown" ? -1 : 0;
    if (turn !== 0) {
      event.preventDefault();
      own.current.isStepped = true;
      const times = shiftKey ? 10 : altKey && !isWhole ? 0.1 : 1;
      preview(stepped(own.current.value, turn * times, isWhole));
    } else if (key === "Enter") {
      commitText();
      input.current!.select();
    } else if (key === "Escape" && input.current!.value !== own.current.text) {
      event.stopPropagation();
      write(own.current.value);
    }
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0 || document.activeElement === input.current) return;
    drag.current = { x: event.clientX, from: own.current.value, isUnderWay: false };
  };
  const go = (event: PointerEvent) => {
    const at = drag.current;
    if (at === undefined) return;
    const pixels = event.clientX - at.x;
    if (!at.isUnderWay && Math.abs(pixels) < slack) return;
    if (!at.isUnderWay) input.current!.setPointerCapture(event.pointerId);
    at.isUnderWay = true;
    own.current.isBusy = true;
    event.preventDefault();
    const size = isWhole ? 0.2 : stepOf(at.from) * (event.shiftKey ? 10 : 1) * 0.5;
    preview(isWhole ? at.from + pixels * size : Number((at.from + pixels * size).toPrecision(6)));
  };
  const up = () => {
    if (drag.current?.isUnderWay) {
      own.current.isBusy = false;
      input.current!.blur();
      onCommit(own.current.value);
    }
    drag.current = undefined;
  };
  return (
    <input
      ref={input}
      className="number-handle number"
      role="spinbutton"
      type="text"
      inputMode="decimal"
      autoComplete="off"
      spellCheck={false}
      aria-label={label}
      aria-valuenow={value}
      {...(Number.isFinite(least) && { "aria-valuemin": least })}
      {...(Number.isFinite(most) && { "aria-valuemax": most })}
      defaultValue={isWhole ? String(value) : shown(value)}
      onFocus={() => {
        if (drag.current?.isUnderWay) return;
        write(own.current.value);
        input.current!.select();
      }}
      onBlur={() => {
        if (drag.current?.isUnderWay) return;
        commitSteps();
        commitText();
      }}
      onKeyDown={press}
      onKeyUp={commitSteps}
      onPointerDown={down}
      onPointerMove={go}
      onPointerUp={up}
      onPointerCancel={up}
    />
  );
}
