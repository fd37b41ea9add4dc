// Text that changes with the frames, written past React.

/** The text of an element without other children. Its text node stays, and where the text is the same nothing is laid out anew. */
export function write(element: Element, text: string): void {
  const { firstChild } = element;
  if (!(firstChild instanceof Text) || firstChild.nextSibling !== null) element.textContent = text;
  else if (firstChild.data !== text) firstChild.data = text;
}
