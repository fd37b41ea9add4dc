// What went wrong, in words, with what can be done about it.
import "./trouble.css";
import { X } from "lucide-react";
import { Button } from "react-aria-components";
import { useLab, useStore } from "../page/use-lab.ts";

export function TroubleBar() {
  const store = useStore();
  const { trouble, paused, promised } = useLab();
  const told =
    trouble?.message ??
    (promised && promisedWords(promised)) ??
    (paused === "still"
      ? "It paused: no weight moves any more."
      : paused === "ended"
        ? "It paused: the training is at its end. More epochs let it go on."
        : undefined);
  return (
    <div className="trouble" role="status" data-kind={trouble ? "trouble" : told ? "note" : "none"}>
      {told && (
        <>
          <span>
            {trouble?.isDead && "What computes has stopped. "}
            {told}
          </span>
          {trouble?.isDead && (
            <Button className="text-button" onPress={() => store.revive()}>
              Open it again at step {store.frames.step}
            </Button>
          )}
          {(trouble || promised) && (
            <Button className="icon-button" aria-label="Dismiss" onPress={() => store.dismiss()}>
              <X size={16} aria-hidden />
            </Button>
          )}
        </>
      )}
    </div>
  );
}

function promisedWords({ bits, here }: { readonly bits: string; readonly here: string }): string {
  return bits === here
    ? `Same bits as in the link: the weights are ${here}.`
    : `Other bits than in the link: the weights are ${here} here and were ${bits} there. Another version of Chainrule may round otherwise.`;
}
