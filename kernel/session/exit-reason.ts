/** Says in a sentence why the process that runs cells has ended, and what can be done. Pure. */

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The last of what it wrote to stderr. */
  readonly lastWords: string
}

/** Signals that native code dies of. Windows gives exit codes instead: NTSTATUS. */
const crashes: Readonly<Record<string, string>> = {
  SIGSEGV: 'segmentation fault',
  SIGBUS: 'bus error',
  SIGILL: 'illegal instruction',
  SIGFPE: 'arithmetic fault',
  SIGTRAP: 'trap',
  3221225477: 'access violation',
  3221225725: 'stack overflow',
  3221226505: 'stack buffer overrun',
}

export function describeExit({ code, signal, lastWords }: Exit): string {
  if (/JavaScript heap out of memory|Array buffer allocation failed|OOM error/i.test(lastWords))
    return (
      'The process that runs cells ended because JavaScript used more memory than it may (heap out of memory). ' +
      'NODE_OPTIONS=--max-old-space-size=8192 in the environment of the kernel allows it 8 GB.'
    )
  const crash = crashes[signal ?? String(code)]
  if (crash !== undefined)
    return `The process that runs cells crashed in native code (${signal ?? `exit code ${String(code)}`}, ${crash}): a native package or Node itself failed.`
  if (signal === 'SIGKILL')
    return 'The process that runs cells was killed (SIGKILL): by somebody, or by the system because it ran out of memory.'
  if (signal === 'SIGABRT' || code === 134) return describeAbort(lastWords)
  if (signal) return `The process that runs cells was ended by ${signal}.`
  return `The process that runs cells ended with exit code ${code ?? 'unknown'}, as by process.exit().`
}

function describeAbort(lastWords: string): string {
  const fatal = /(?:FATAL ERROR|Fatal error in|Assertion failed|terminate called)[^\n]*/.exec(lastWords)?.[0]
  return `The process that runs cells aborted (SIGABRT): ${fatal ?? 'by process.abort(), or a native package gave up'}.`
}
