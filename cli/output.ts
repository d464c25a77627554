/**
 * What a command prints. People read text on standard output; programs ask for `--json` and get one document there
 * (a stream: one document a line). Progress goes to standard error in both cases, and only there.
 */
import { createColors } from 'picocolors'

export type Colors = ReturnType<typeof createColors>

export interface Output {
  readonly json: boolean
  readonly colors: Colors
  /** A line for a person; nothing with `--json`. */
  text(line?: string): void
  /** The command's one document; nothing without `--json`. */
  document(value: unknown): void
  /** One document of a stream, on a line of its own; nothing without `--json`. */
  event(value: unknown): void
  /** What is being done now, on standard error: rewritten in place on a terminal, a line each elsewhere. */
  progress(message: string): void
  /** A warning, on standard error. */
  warn(message: string): void
  /** Ends the line that progress is rewriting. */
  endProgress(): void
}

export interface OutputStreams {
  readonly stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number }
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number }
}

export function createOutput(json: boolean, streams: OutputStreams = process): Output {
  const { stdout, stderr } = streams
  const colors = createColors(!json && Boolean(stdout.isTTY) && process.env['NO_COLOR'] === undefined)
  let last = ''
  let open = false
  const endProgress = () => {
    if (open) stderr.write('\n')
    open = false
  }
  return {
    json,
    colors,
    text(line = '') {
      if (json) return
      endProgress()
      stdout.write(`${line}\n`)
    },
    document(value) {
      if (json) stdout.write(`${JSON.stringify(value, null, 2)}\n`)
    },
    event(value) {
      if (json) stdout.write(`${JSON.stringify(value)}\n`)
    },
    progress(message) {
      if (message === last) return
      last = message
      if (!stderr.isTTY) return void stderr.write(`${message}\n`)
      const line = message.slice(0, (stderr.columns ?? 100) - 1)
      stderr.write(`\r\u001b[2K${line}`)
      open = true
    },
    warn(message) {
      endProgress()
      stderr.write(`${message}\n`)
    },
    endProgress,
  }
}

/** Rows as aligned columns; numbers to the right. A dash stands for what is missing. */
export function table(
  header: readonly string[],
  rows: readonly (readonly (string | number | undefined)[])[],
): string {
  const cells = rows.map(row => row.map(value => (value === undefined ? '–' : String(value))))
  const numeric = header.map((_, i) => rows.length > 0 && rows.every(row => typeof row[i] !== 'string'))
  const widths = header.map((title, i) => Math.max(title.length, ...cells.map(row => row[i]?.length ?? 0)))
  const line = (values: readonly string[]) =>
    values
      .map((value, i) => (numeric[i] ? value.padStart(widths[i] ?? 0) : value.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(header), line(widths.map(width => '─'.repeat(width))), ...cells.map(line)].join('\n')
}

/** `3000000` → `3,000,000`. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** `sha256:0123…` → the first twelve digits, as much as a person compares. */
export function shortVersion(version: string): string {
  return version.replace(/^sha256:/, '').slice(0, 12)
}
