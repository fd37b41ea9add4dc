// Files that are dropped where no panel takes them: a browser would leave the page for them.

export function keepPage(): void {
  for (const type of ["dragover", "drop"] as const)
    addEventListener(type, (event) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    });
}
