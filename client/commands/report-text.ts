/**
 * The text of a problem report: versions, settings and the ends of logs, with nothing that tells who or where the
 * person is or what their data says. Knows nothing of VS Code.
 */

export interface ReportFacts {
  /** Name → version or kind, e.g. `Visual Studio Code` → `1.125.0`. */
  readonly versions: Readonly<Record<string, string>>
  /** Settings that are not at their default. */
  readonly settings: Readonly<Record<string, unknown>>
  /** The report of the command line, Markdown; absent when it was not asked. */
  readonly commandLine?: string
  /** Title → text of a log. */
  readonly logs: Readonly<Record<string, string>>
}

export interface Places {
  readonly home: string
  /** Folders of the workspace and their names. */
  readonly folders: readonly string[]
  readonly user: string
  readonly host: string
}

const maxLines = 60

/** Markdown, ready to be pasted. */
export function reportText(facts: ReportFacts, places: Places): string {
  const clean = (text: string): string => redact(text, places)
  const versions = Object.entries(facts.versions).map(([name, version]) => `| ${name} | ${clean(version)} |`)
  const settings = Object.entries(facts.settings).map(
    ([name, value]) => `| \`${name}\` | ${clean(settingText(name, value))} |`,
  )
  const parts = [
    '# Problem report',
    '',
    '## What happened',
    '',
    '_What did you do, what did you expect, and what came instead?_',
    '',
    '## Editor',
    '',
    '| | |',
    '|---|---|',
    ...versions,
    '',
    '## Editor settings',
    '',
    ...(settings.length ? ['| | |', '|---|---|', ...settings] : ['All at their defaults.']),
    ...Object.entries(facts.logs).flatMap(([title, log]) => [
      '',
      `## ${title}`,
      '',
      fenced(clean(withoutQuotes(tail(log)))),
    ]),
    ...(facts.commandLine === undefined ? [] : ['', clean(withoutHead(facts.commandLine))]),
  ]
  return `${parts.join('\n')}\n`
}

/** Its sections but the first, which asks what happened: so does ours. */
function withoutHead(markdown: string): string {
  return markdown
    .split(/^(?=## )/m)
    .filter(section => section.startsWith('## ') && !section.startsWith('## What happened'))
    .join('')
    .trimEnd()
}

function tail(log: string): string {
  return log.trimEnd().split('\n').slice(-maxLines).join('\n') || 'empty'
}

function fenced(text: string): string {
  return `\`\`\`\n${text.replaceAll('```', "'''").trimEnd()}\n\`\`\``
}

/** A setting by whose name it may hold a secret or a place is only said to be set. */
function settingText(name: string, value: unknown): string {
  if (/token|secret|password|key|path/i.test(name)) return 'set'
  return JSON.stringify(value)
}

/** Quoted text in a log may be a value of the data; names of files and codes stand outside of quotes. */
function withoutQuotes(log: string): string {
  return log.replace(/"(?:[^"\\\n]|\\.)*"/g, '"…"').replace(/'(?:[^'\\\n]|\\.)*'/g, "'…'")
}

/** Replaces what says who and where: folders, user, host, tokens, addresses with credentials. */
export function redact(text: string, { home, folders, user, host }: Places): string {
  const slashes = (path: string): string[] => [path, path.replaceAll('\\', '/'), encodeURI(path)]
  const names: [string, string][] = [
    ...folders.flatMap(folder => slashes(folder).map(path => [path, '<workspace>'] as [string, string])),
    ...slashes(home).map(path => [path, '~'] as [string, string]),
  ]
  // The longer first: a workspace in the home folder is a workspace.
  const byLength = names.filter(([path]) => path.length > 1).sort(([a], [b]) => b.length - a.length)
  const withoutPlaces = byLength.reduce((all, [path, name]) => all.replaceAll(path, name), text)
  const words: [string, string][] = [
    [user, '<user>'],
    [host, '<host>'],
  ]
  const withoutNames = words
    .filter(([word]) => word.length > 2)
    .reduce(
      (all, [word, name]) => all.replace(new RegExp(`\\b${escapeRegExp(word)}\\b`, 'g'), name),
      withoutPlaces,
    )
  return withoutNames
    .replace(/\bBearer\s+\S+/g, 'Bearer <token>')
    .replace(/([a-z][\w+.-]*:\/\/)[^\s/@]+@/gi, '$1<credentials>@')
    .replace(/\b[0-9a-f]{32,}\b/gi, '<digits>')
    .replace(/\b(?=[A-Za-z0-9_-]*\d)(?=[A-Za-z0-9_-]*[A-Z])[A-Za-z0-9_-]{32,}\b/g, '<token>')
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
