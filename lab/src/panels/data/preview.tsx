// The first rows of the table, and the whole of it as a file.
import { useState } from "react";
import { Button, Disclosure, DisclosurePanel, Heading } from "react-aria-components";
import { useStore } from "../../page/use-lab.ts";
import { fileOf } from "../../recipe/command-line.ts";
import { type TableChoice, useInspection } from "./use-inspection.ts";

export function Preview({ choice }: { readonly choice: TableChoice }) {
  const store = useStore();
  const [isOpen, setOpen] = useState(false);
  const inspection = useInspection(isOpen ? choice : undefined);
  const isBuiltIn = choice.data.kind === "set";
  const save = async () => {
    const text = await store.client.ask((service) => service.csv());
    if (text !== undefined) saveAs(fileOf(choice.data), new Blob([text], { type: "text/csv" }));
  };
  return (
    <Disclosure className="disclosure" isExpanded={isOpen} onExpandedChange={setOpen}>
      <Heading level={2}>
        <Button slot="trigger" className="disclosure-button">
          First rows
        </Button>
      </Heading>
      <DisclosurePanel>
        {inspection && (
          <>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard. */}
            <section className="preview" aria-label={`First rows of ${choice.data.name}`} tabIndex={0}>
              <table>
                <thead>
                  <tr>
                    <th
                      scope="col"
                      title="The line of a text file, whose header is line 1; of other files counted from 1"
                    >
                      row
                    </th>
                    {inspection.columns.map(({ name }) => (
                      <th key={name} scope="col">
                        {name}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {inspection.preview.map(({ number, cells }) => (
                    <tr key={number}>
                      <th scope="row">{number}</th>
                      {cells.map((cell, c) => (
                        // biome-ignore lint/suspicious/noArrayIndexKey: cells stand in the order of the columns.
                        <td key={c}>{cell ?? <span className="preview-missing">missing</span>}</td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
            {isBuiltIn && (
              <Button className="text-button" onPress={() => void save().catch((error: unknown) => store.tell(error))}>
                Save as CSV
              </Button>
            )}
          </>
        )}
      </DisclosurePanel>
    </Disclosure>
  );
}

function saveAs(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
