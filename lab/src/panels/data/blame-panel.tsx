// Gradient blame: the columns and the rows that the loss pulls on the most, twice a second while a training runs.
import { useState } from "react";
import { Button, Disclosure, DisclosurePanel, Heading } from "react-aria-components";
import { useAsked } from "../../page/use-asked.ts";
import { useLab, useStore } from "../../page/use-lab.ts";
import type { Blame } from "../../training/blame.ts";
import { counted, shown } from "../../view/numbers.ts";

const mostColumns = 8;
const mostRows = 8;

export function BlamePanel() {
  const [isOpen, setOpen] = useState(false);
  return (
    <Disclosure className="disclosure" isExpanded={isOpen} onExpandedChange={setOpen}>
      <Heading level={2}>
        <Button slot="trigger" className="disclosure-button">
          Gradient blame
        </Button>
      </Heading>
      <DisclosurePanel>{isOpen && <BlameLists />}</DisclosurePanel>
    </Disclosure>
  );
}

function BlameLists() {
  const store = useStore();
  const { state } = useLab();
  const blame = useBlame();
  if (blame === undefined) return null;
  const { columns, rows, median } = blame;
  const most = columns[0]?.gradientRms ?? 0;
  return (
    <div className="blame" data-step={blame.step}>
      <h3 className="panel-title">Columns, RMS of ∂loss/∂x</h3>
      <ul className="blame-list">
        {columns.slice(0, mostColumns).map(({ name, gradientRms }) => (
          <li key={name} className="blame-column">
            <span className="blame-name" title={name}>
              {name}
            </span>
            <span
              className="blame-bar"
              style={{ "--share": most > 0 ? gradientRms / most : 0 } as React.CSSProperties}
            />
            <span className="number">{shown(gradientRms)}</span>
          </li>
        ))}
      </ul>
      <h3 className="panel-title">
        Rows, target → predicted, ‖∂loss/∂θ‖; median <span className="number">{shown(median)}</span>
      </h3>
      <ul className="blame-list">
        {rows.slice(0, mostRows).map(({ row, tableRow, gradientNorm, target, predicted }) => (
          <li key={row}>
            <Button
              className="blame-row"
              aria-pressed={state.row === row}
              onPress={() => store.commit({ row: state.row === row ? "batch" : row })}
            >
              <span>row {counted(tableRow ?? row)}</span>
              <span className="blame-name">
                {told(target)} <span aria-hidden>→</span>
                <span className="visually-hidden">, predicted</span> {told(predicted)}
              </span>
              <span className="number">{shown(gradientNorm)}</span>
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}

const told = (value: number | string): string => (typeof value === "number" ? shown(value) : value);

/** Of the last frame, or of one not long ago. */
function useBlame(): Blame | undefined {
  const [blame, setBlame] = useState<Blame>();
  useAsked((service) => service.blame(), setBlame, { pause: 500 });
  return blame;
}
