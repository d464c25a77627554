/** The arguments of a magic, as a shell would read them. */

/** Words; quotes hold blanks together. */
export function words(text: string): string[] {
  return [...text.matchAll(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/g)].map(([word]) =>
    word.replace(
      /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g,
      (_, double?: string, single?: string, char?: string) =>
        double !== undefined ? double.replace(/\\(["\\])/g, '$1') : (single ?? char ?? ''),
    ),
  )
}
