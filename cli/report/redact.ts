/** Takes out of a text what says who and where the person is, what their data says, and what is secret. Pure. */

export interface Places {
  /** The project's root. */
  readonly root: string | undefined
  readonly home: string
  readonly user: string
  readonly host: string
}

/**
 * Folders become `<project>` and `~`, names of user and machine, addresses, credentials and what looks like a token
 * are replaced. Meant for logs and messages: what stands in quotes may come from data and is left out too.
 */
export function redactLog(text: string, places: Places): string {
  return redact(withoutQuotes(text), places)
}

/** The same, with what stands in quotes kept. */
export function redact(text: string, { root, home, user, host }: Places): string {
  const folders: (readonly [string | undefined, string])[] = [
    [root, '<project>'],
    [home, '~'],
  ]
  const spellings = folders.flatMap(([path, name]) =>
    path === undefined || path.length < 2
      ? []
      : [...new Set([path, path.replaceAll('\\', '/'), encodeURI(path)])].map(each => [each, name] as const),
  )
  // The longer first: a project in the home folder is a project.
  spellings.sort(([a], [b]) => b.length - a.length)
  const placed = spellings.reduce((all, [path, name]) => all.replaceAll(path, name), text)
  return withoutSecrets(withoutNames(placed, { user, host })).replace(
    // Folders elsewhere may be named after people; the file's own name is what matters.
    /(?<![\w.<>~)/])(?:[A-Za-z]:)?(?:[\\/][^\\/\s:"'()<>]+){2,}(?=[\\/])/g,
    '…',
  )
}

function withoutNames(text: string, { user, host }: Pick<Places, 'user' | 'host'>): string {
  const words = [
    [user, '<user>'],
    [host, '<host>'],
  ] as const
  return words
    .filter(([word]) => word.length > 2)
    .reduce((all, [word, name]) => all.replace(new RegExp(`\\b${escape(word)}\\b`, 'gi'), name), text)
}

function withoutSecrets(text: string): string {
  return (
    text
      .replace(/\b(Bearer|Basic)\s+\S+/gi, '$1 <token>')
      .replace(/\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '<address>')
      // Of an address on the network only its kind is told; this machine's says nothing.
      .replace(/\b([a-z][\w+.-]*:\/\/)(?!(?:127\.0\.0\.1|localhost)[:/])[^\s"'<>)]+/gi, '$1<address>')
      .replace(/\b(\w*(?:token|secret|password|passwd|api_?key)\w*)(\s*[:=]\s*)\S+/gi, '$1$2<secret>')
      .replace(/\b[0-9a-f]{32,}\b/gi, '<digits>')
      .replace(/\b(?=[\w-]*\d)(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{24,}\b/g, '<token>')
  )
}

function withoutQuotes(text: string): string {
  return text
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '"…"')
    .replace(/(?<!\w)'(?:[^'\\\n]|\\.)*'/g, "'…'")
    .replace(/`(?:[^`\\\n]|\\.)*`/g, '`…`')
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
