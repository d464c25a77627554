/** What npm says when it fails, in a sentence that says what to do. Pure. */

/** As `npm --json` prints it. */
export interface NpmFailure {
  readonly code?: string | undefined
  readonly summary?: string | undefined
  readonly detail?: string | undefined
}

const offline = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ERR_SOCKET_TIMEOUT',
  'FETCH_ERROR',
])

/** The failure in what npm printed; npm's last words where it printed no JSON. */
export function readNpmFailure(stdout: string, log: readonly string[]): NpmFailure {
  const start = stdout.indexOf('{')
  try {
    const { error } = JSON.parse(stdout.slice(Math.max(0, start))) as { error?: NpmFailure }
    if (error) return error
  } catch {
    // npm ended before it could say it as JSON.
  }
  const errors = log.flatMap(line => /^npm (?:error|ERR!) (?!A complete log)(.*)$/.exec(line)?.[1] ?? [])
  const code = errors.flatMap(line => /^code (\S+)$/.exec(line)?.[1] ?? [])[0]
  return {
    code,
    summary: errors
      .filter(line => !line.startsWith('code '))
      .slice(0, 5)
      .join('\n'),
  }
}

export function explainNpmFailure({ code = '', summary = '', detail = '' }: NpmFailure): string {
  const requested = /'([^']+)'/.exec(detail)?.[1]?.replace(/@\*?$/, '')
  if (code === 'E404')
    return requested && !/\.\.\/|^https?:/.test(requested)
      ? `There is no package ${requested} in the registry, or it is not open to you. Is the name right?`
      : `The registry does not have it: ${summary}`
  if (code === 'ETARGET' || code === 'ENOVERSIONS')
    return `${summary} Without a range, %install takes the newest version.`
  if (offline.has(code))
    return (
      `The registry cannot be reached (${code}). Without a network, packages can be installed from a folder or an ` +
      `archive: %install ./folder. Behind a proxy, npm has to know it: %sh npm config set proxy URL. ${summary}`
    ).trim()
  if (code === 'ERESOLVE')
    return `${firstLines(summary, 3)}\nThe packages do not agree on versions. --legacy-peer-deps installs them all the same.\n${firstLines(detail, 12)}`.trim()
  if (code === 'EINVALIDPACKAGENAME' || code === 'EINVALIDTAGNAME') return `${summary} Is the name right?`
  if (code === 'E401' || code === 'E403' || code === 'ENEEDAUTH')
    return `The registry wants to know who asks: ${summary} npm login has to be done in a terminal.`
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return `The folder cannot be written to: ${summary}`
  if (code === 'ENOSPC') return 'There is no room left on the disk.'
  if (code === 'EJSONPARSE') return `package.json cannot be read: ${firstLines(summary, 3)}`
  const said = [summary, firstLines(detail, 8)].filter(Boolean).join('\n')
  return said || 'npm ended without a reason.'
}

function firstLines(text: string, count: number): string {
  return text.split('\n').slice(0, count).join('\n').trim()
}
