/** Which texts look like secrets. Pure; used before anything of the user's is kept or sent. */

const secretWords = new Set([
  ...[
    'password',
    'passwords',
    'passwd',
    'passphrase',
    'pwd',
    'secret',
    'secrets',
    'token',
    'apikey',
    'apitoken',
  ],
  ...['credential', 'credentials', 'authorization'],
])
const secretPairs = /\b(?:api|access|private|secret|encryption|signing|license) keys?\b/

/** Whether what is called so is likely to be a secret: `apiKey`, `DB_PASSWORD`, `token`; not `tokens`, which are text. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
  return words.some(word => secretWords.has(word)) || secretPairs.test(words.join(' '))
}

/** Formats that services give their keys. */
const knownFormats: readonly RegExp[] = [
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36,}\b/,
  /\bgithub_pat_[A-Za-z0-9_]{22,}\b/,
  /\bglpat-[\w-]{20,}\b/,
  /\bsk-(?:[a-z]+-)*[A-Za-z0-9_-]{20,}\b/,
  /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}\b/,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}\b/,
  /\bAIza[\w-]{35}\b/,
  /\bhf_[A-Za-z0-9]{30,}\b/,
  /\bnpm_[A-Za-z0-9]{36}\b/,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{5,}/,
  /-----BEGIN (?:[A-Z ]+ )?PRIVATE KEY-----/,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@'"`]+:[^\s/:@'"`$]{3,}@[^\s/'"`]+/i,
  /\b(?:Bearer|Basic)\s+[A-Za-z0-9+/_.=-]{16,}/,
]

/** Whether a text holds what looks like a key, a token or a password in an address. */
export function looksSecret(text: string): boolean {
  const part = text.length > 10_000 ? `${text.slice(0, 5000)}\n${text.slice(-5000)}` : text
  return knownFormats.some(format => format.test(part))
}

export interface SecretInSource {
  /** UTF-16 */
  readonly start: number
  readonly end: number
  /** What it looks like; never the secret. */
  readonly what: string
}

const assigned =
  /([A-Za-z_$][\w$]*|['"][\w -]+['"])\s*(?:[:=]|:\s*string\s*=)\s*(['"`])((?:(?!\2)[^\\\n]|\\.)+)\2/g
const placeholder =
  /^(?:|x+|\*+|\.+|<.*>|\$\{.*\}|your[ _-].*|change[ _-]?me|test|example|none|null|todo|password|secret|token)$/i

/** The secrets that a program's text seems to hold, in order. */
export function secretsInSource(source: string): readonly SecretInSource[] {
  const found: SecretInSource[] = []
  for (const format of knownFormats)
    for (const { index, 0: text } of source.matchAll(new RegExp(format, `${format.flags}g`)))
      found.push({ start: index, end: index + text.length, what: 'a key or token' })
  for (const match of source.matchAll(assigned)) {
    const [whole, name, , value] = match as unknown as [string, string, string, string]
    if (!isSecretName(name.replace(/^['"]|['"]$/g, '')) || value.length < 4 || placeholder.test(value))
      continue
    const start = match.index + whole.length - value.length - 1
    if (!found.some(other => other.start < start + value.length && start < other.end))
      found.push({ start, end: start + value.length, what: `the value of ${name}` })
  }
  return found.sort((a, b) => a.start - b.start)
}
