// The content security policy of the lab: of the server's headers and, as a meta element, of the page as a static site.

/** SHA-256 of the style elements that react-aria-components puts into the page. */
const libraryStyles: readonly string[] = ["38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o="];

export const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "img-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  ["style-src 'self'", ...libraryStyles.map((hash) => `'sha256-${hash}'`)].join(" "),
].join("; ");
