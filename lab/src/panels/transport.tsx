// The transport: reset, back, play, one step, how fast, and the steps so far as a line to scrub on.
import "./transport.css";
import { ChevronLeft, ChevronRight, Footprints, Pause, Play, RotateCcw } from "lucide-react";
import { type RefObject, useEffect, useRef, useState } from "react";
import { Button, ListBox, ListBoxItem, Popover, Select, SelectValue, Slider } from "react-aria-components";
import { showNextMoment } from "../page/moment.ts";
import { useFollowing } from "../page/use-following.ts";
import { useLab, usePacedFrames, useStore } from "../page/use-lab.ts";
import { FilledTrack } from "../view/filled-track.tsx";
import { counted, shown } from "../view/numbers.ts";
import { write } from "../view/write.ts";

/** Steps a second. */
const speeds = { "1": 1, "4": 4, "15": 15, "60": 60, "600": 600, fastest: Number.POSITIVE_INFINITY } as const;
type Speed = keyof typeof speeds;
const speedWords = (speed: Speed): string => (speed === "fastest" ? "As fast as it goes" : `${speed} steps a second`);

export function TransportBar() {
  const store = useStore();
  const { isPlaying, training } = useLab();
  const [speed, setSpeed] = useState<Speed>("60");
  const toggle = () => (isPlaying ? store.pause() : store.play(speeds[speed]));
  useKeys(toggle);
  const change = (next: Speed) => {
    setSpeed(next);
    if (isPlaying) store.play(speeds[next]);
  };
  const isOff = training === undefined;
  return (
    <section className="transport" aria-label="Transport">
      <div className="transport-buttons">
        <Button className="icon-button" aria-label="Reset to step 0" isDisabled={isOff} onPress={() => store.seek(0)}>
          <RotateCcw size={18} aria-hidden />
        </Button>
        <Button className="icon-button" aria-label="One step back" isDisabled={isOff} onPress={() => store.step(-1)}>
          <ChevronLeft size={18} aria-hidden />
        </Button>
        <Button
          className="transport-play"
          aria-label={isPlaying ? "Pause" : "Play"}
          isDisabled={isOff}
          onPress={toggle}
        >
          {isPlaying ? <Pause size={18} aria-hidden /> : <Play size={18} aria-hidden />}
        </Button>
        <Button className="icon-button" aria-label="One step on" isDisabled={isOff} onPress={() => store.step(1)}>
          <ChevronRight size={18} aria-hidden />
        </Button>
        <Button
          className="icon-button"
          aria-label="One step in four moments: the next one"
          isDisabled={isOff || isPlaying}
          onPress={() => void showNextMoment(() => store.step(1))}
        >
          <Footprints size={18} aria-hidden />
        </Button>
      </div>
      <Timeline />
      <Figures />
      <Select
        className="select"
        aria-label="Speed"
        selectedKey={speed}
        onSelectionChange={(key) => change(String(key) as Speed)}
      >
        <Button className="text-button">
          <SelectValue />
        </Button>
        <Popover className="popover">
          <ListBox className="list-box">
            {(Object.keys(speeds) as Speed[])
              .sort((a, b) => speeds[a] - speeds[b])
              .map((one) => (
                <ListBoxItem key={one} id={one} className="list-box-item">
                  {speedWords(one)}
                </ListBoxItem>
              ))}
          </ListBox>
        </Popover>
      </Select>
    </section>
  );
}

/** Space plays, arrows step, with Shift ten, with Alt a hundred, Home resets: where no control has the key for itself. */
function useKeys(toggle: () => void): void {
  const store = useStore();
  const latest = useRef(toggle);
  latest.current = toggle;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const { target, key, shiftKey, altKey, ctrlKey, metaKey } = event;
      if (ctrlKey || metaKey || event.defaultPrevented) return;
      const isOwn =
        target instanceof HTMLElement &&
        target.closest("input, textarea, select, [role=slider], [role=grid], [role=listbox], [contenteditable]") !==
          null;
      if (isOwn) return;
      const isButton = target instanceof HTMLElement && target.closest("button, a") !== null;
      const isInGroup = target instanceof HTMLElement && target.closest("[role=radiogroup]") !== null;
      const steps = altKey ? 100 : shiftKey ? 10 : 1;
      if (key === " " && !isButton) latest.current();
      else if (key === "ArrowRight" && !isInGroup) void store.step(steps);
      else if (key === "ArrowLeft" && !isInGroup) void store.step(-steps);
      else if (key === "Home") void store.seek(0);
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [store]);
}

/** Steps that the line has at least, and how it grows where the training goes beyond them. */
const shortest = 1000;
const lengthFor = (step: number): number => {
  let length = shortest;
  while (length < step) length *= 2;
  return length;
};

function Timeline() {
  const store = useStore();
  const [{ step, length }, setPlace] = useState({ step: store.frames.step, length: lengthFor(store.frames.step) });
  const slider = useFollowing(
    (frame) => frame.step / Math.max(length, lengthFor(frame.step)),
    (frame) =>
      setPlace(({ length: before }) => ({ step: frame.step, length: Math.max(before, lengthFor(frame.step)) })),
  );
  const track = useRef<HTMLDivElement>(null);
  const pointed = usePointedStep(track, length);
  return (
    <Slider
      ref={slider}
      className="slider transport-timeline"
      aria-label="Step"
      minValue={0}
      maxValue={length}
      value={step}
      onChange={(value) => {
        setPlace({ step: value, length });
        void store.seek(value, false);
      }}
      onChangeEnd={(value) => void store.seek(value)}
    >
      <FilledTrack ref={track}>
        <div ref={pointed} className="transport-pointed" hidden />
      </FilledTrack>
    </Slider>
  );
}

/** The step under the pointer of a chart is a mark on the line, and the one under the pointer here is that of the charts. Gives the mark. */
function usePointedStep(track: RefObject<HTMLDivElement | null>, length: number): RefObject<HTMLDivElement | null> {
  const { view } = useStore().figures;
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = track.current!;
    const draw = () => {
      const { pointed } = view;
      if (mark.current!.hidden !== (pointed === undefined)) mark.current!.hidden = pointed === undefined;
      if (pointed !== undefined) mark.current!.style.left = `${(100 * pointed) / length}%`;
    };
    const move = ({ clientX }: PointerEvent) => {
      const { left, width } = element.getBoundingClientRect();
      view.point(Math.max(0, Math.min(length, Math.round(((clientX - left) / width) * length))));
    };
    const leave = () => view.point(undefined);
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerleave", leave);
    const off = view.subscribe(draw);
    draw();
    return () => {
      off();
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerleave", leave);
    };
  }, [track, view, length]);
  return mark;
}

function Figures() {
  const step = useRef<HTMLSpanElement>(null);
  const epoch = useRef<HTMLSpanElement>(null);
  const loss = useRef<HTMLSpanElement>(null);
  const bits = useRef<HTMLSpanElement>(null);
  const store = useStore();
  // Ten times a second is as fast as numbers can be seen to change, and the page is laid out anew for each.
  usePacedFrames((frame) => {
    // The hash of weights that change all the time is noise.
    if (store.read().isPlaying) write(bits.current!, "…");
    else
      store.client
        .ask((service) => service.fingerprint())
        .then((fingerprint) => {
          if (bits.current && store.frames.step === frame.step) write(bits.current, fingerprint);
        })
        .catch((error: unknown) => store.tell(error));
    write(step.current!, counted(frame.step));
    write(epoch.current!, counted(frame.epoch));
    write(loss.current!, shown(frame.loss));
  });
  return (
    <dl className="transport-figures">
      <div>
        <dt>Step</dt>
        <dd className="number" data-testid="step">
          <span ref={step}>0</span>
        </dd>
      </div>
      <div>
        <dt>Epoch</dt>
        <dd className="number">
          <span ref={epoch}>0</span>
        </dd>
      </div>
      <div>
        <dt>Loss</dt>
        <dd className="number" data-testid="loss">
          <span ref={loss}>0</span>
        </dd>
      </div>
      <div className="transport-bits" title="The first eight hex digits of the SHA-256 of all weights">
        <dt>Weights</dt>
        <dd className="number" data-testid="bits">
          <span ref={bits} />
        </dd>
      </div>
    </dl>
  );
}
