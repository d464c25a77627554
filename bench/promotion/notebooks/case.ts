/**
 * One notebook: acted out, promoted, and its pipeline run at another place where nothing of the notebook is; both by
 * the command line, as a person would.
 */
import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { installation } from '../../../library/installation.ts'
import { differences } from './compare.ts'
import type { NotebookCase } from './format.ts'
import { actOut, digest, type LiveSession } from './session.ts'

const checkout = join(import.meta.dirname, '../../..')
const packaged = join(checkout, 'node_modules/vega-datasets/data')

export interface CaseResult {
  readonly name: string
  readonly title: string
  readonly about: readonly string[]
  readonly outcome: 'equal' | 'differs' | 'refused' | 'failed'
  /** Whether that is what the case expects. */
  readonly asExpected: boolean
  /** Of a refusal or a failure. */
  readonly code?: string
  /** Causes that promotion named. */
  readonly causes: readonly string[]
  readonly verdicts: Readonly<Record<string, string>>
  /** What the benchmark's own comparison found, by output or file. */
  readonly differences: readonly string[]
  readonly nKept: number
  readonly nDropped: number
  readonly nSteps: number
  readonly nAssumptions: number
  readonly seconds: { readonly session: number; readonly promote: number; readonly run: number }
  /** What went wrong, in the words of whoever said it. */
  readonly detail?: string
}

export interface CaseOptions {
  /** Called with the project and what promotion said, while both are there. */
  readonly onPromoted?: (promoted: PromotedCase) => Promise<void>
}

export interface PromotedCase {
  readonly case: NotebookCase
  readonly root: string
  readonly notebook: string
  /** The pipeline's folder. */
  readonly folder: string
  readonly document: PromoteDocument
}

/** What `slipway promote --json` prints. */
export interface PromoteDocument {
  readonly version: string
  readonly folder: string
  readonly steps: readonly { readonly name: string; readonly file: string }[]
  readonly outputs: readonly Verdict[]
  readonly kept: readonly { readonly cell: string; readonly text: string }[]
  readonly dropped: readonly { readonly cell: string; readonly text: string }[]
  readonly assumptions: readonly unknown[]
  readonly verification?: {
    readonly findings: readonly { readonly cause: string; readonly message: string }[]
  }
}

interface Verdict {
  readonly name: string
  readonly verdict: string
  readonly cause?: string
  readonly differences?: readonly string[]
}

export async function runCase(given: NotebookCase, options: CaseOptions = {}): Promise<CaseResult> {
  const root = mkdtempSync(join(tmpdir(), `slipway-${given.name}-`))
  const elsewhere = mkdtempSync(join(tmpdir(), `slipway-elsewhere-`))
  const clock = createClock()
  try {
    layProject(given, root)
    layProject(given, elsewhere)
    if (given.hasCatalog) await applyFeatures(given, root)
    const live = await actOut(given, root)
    for (const place of [root, elsewhere]) layFiles(place, given.laterFiles)
    clock.lap('session')
    const result = await promoteAndRun({ given, root, elsewhere, live, clock, options })
    return {
      ...common(given),
      ...result,
      seconds: clock.seconds(),
      asExpected: isAsExpected(given, result),
    }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return {
      ...common(given),
      ...nothing,
      outcome: 'failed',
      asExpected: false,
      detail,
      seconds: clock.seconds(),
    }
  } finally {
    if (process.env['SLIPWAY_BENCH_KEEP']) console.error(`${given.name}: ${root} ${elsewhere}`)
    else
      for (const folder of [root, elsewhere]) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

const common = ({ name, title, about }: NotebookCase) => ({ name, title, about })

const nothing = {
  causes: [],
  verdicts: {},
  differences: [],
  nKept: 0,
  nDropped: 0,
  nSteps: 0,
  nAssumptions: 0,
} as const

type Outcome = Omit<CaseResult, 'name' | 'title' | 'about' | 'asExpected' | 'seconds'>

interface Work {
  readonly given: NotebookCase
  readonly root: string
  readonly elsewhere: string
  readonly live: LiveSession
  readonly clock: ReturnType<typeof createClock>
  readonly options: CaseOptions
}

async function promoteAndRun({ given, root, elsewhere, live, clock, options }: Work): Promise<Outcome> {
  const args = ['promote', live.notebook, '--name', 'promoted', '--yes', ...given.promote]
  const promoted = await slipway(root, args, given.env)
  clock.lap('promote')
  if (promoted.code !== 0) return refusal(promoted)
  const document = promoted.document as PromoteDocument
  const folder = join(root, 'pipelines/promoted')
  await options.onPromoted?.({ case: given, root, notebook: live.notebook, folder, document })
  refuseSecrets(given, folder)
  cpSync(folder, join(elsewhere, 'pipelines/promoted'), { recursive: true })
  const ran = await slipway(elsewhere, ['run', 'pipelines/promoted'], given.env)
  clock.lap('run')
  if (ran.code !== 0) return { ...refusal(ran), outcome: 'failed' }
  const found = compareAll(live, (ran.document as { outputs: Record<string, unknown> }).outputs, elsewhere)
  const named = [...document.outputs, ...(document.verification?.findings ?? [])]
  const causes = [...new Set(named.flatMap(({ cause }) => (cause === undefined ? [] : [cause])))]
  const verdicts = Object.fromEntries(document.outputs.map(({ name, verdict }) => [name, verdict]))
  const isEqual = found.length === 0 && Object.values(verdicts).every(v => v !== 'different')
  return {
    outcome: isEqual ? 'equal' : 'differs',
    causes,
    verdicts,
    differences: found,
    nKept: document.kept.length,
    nDropped: document.dropped.length,
    nSteps: document.steps.length,
    nAssumptions: document.assumptions.length,
    ...detailOf(document),
  }
}

/** What promotion said of differences and causes. */
function detailOf({ outputs, verification }: PromoteDocument): { detail?: string } {
  const lines = [
    ...outputs.flatMap(({ name, differences = [] }) => differences.map(text => `${name} ${text}`)),
    ...(verification?.findings ?? []).map(({ cause, message }) => `${cause}: ${message}`),
  ]
  return lines.length > 0 ? { detail: lines.join('\n') } : {}
}

function compareAll(
  { live, files }: LiveSession,
  outputs: Record<string, unknown>,
  elsewhere: string,
): readonly string[] {
  const values = Object.entries(live).flatMap(([name, portrait]) =>
    Object.hasOwn(outputs, name)
      ? differences(portrait, outputs[name]).map(text => `${name} ${text}`)
      : [`${name}: the pipeline has no such output, but ${Object.keys(outputs).join(', ') || 'none'}`],
  )
  const written = Object.entries(files).flatMap(([path, sha256]) =>
    digest(join(elsewhere, path)) === sha256 ? [] : [`${path}: not the file that the notebook wrote`],
  )
  return [...values, ...written]
}

function refusal({ document, stderr }: Ran): Outcome {
  const error = (document as { error?: { code: string; message: string; details?: Details } } | undefined)
    ?.error
  const code = error?.details?.diagnostics?.[0]?.code ?? error?.code ?? 'none'
  const causes = (error?.details?.outputs ?? []).flatMap(({ cause }) => (cause ? [cause] : []))
  return { ...nothing, outcome: 'refused', code, causes, detail: error?.message ?? stderr.slice(-2000) }
}

interface Details {
  readonly diagnostics?: readonly { readonly code: string }[]
  readonly outputs?: readonly { readonly cause?: string }[]
}

/**
 * A difference that promotion names counts as expected; one that it does not name never does, nor does a false alarm.
 */
function isAsExpected({ expect, findings }: NotebookCase, { outcome, code, causes }: Outcome): boolean {
  const names = (wanted: readonly string[]) =>
    wanted.every(cause => causes.includes(cause)) && causes.every(cause => wanted.includes(cause))
  switch (expect.kind) {
    case 'equal':
      return outcome === 'equal' && names(findings)
    case 'differs':
      return outcome !== 'failed' && names([expect.cause, ...findings])
    case 'refused':
      return outcome === 'refused' && code === expect.code
  }
}

/** `slipway.json`, the data and the project's own files. */
export function layProject(given: NotebookCase, root: string): void {
  layFiles(root, { 'slipway.json': '{ "language": 1 }\n', ...given.projectFiles })
  mkdirSync(join(root, 'data'), { recursive: true })
  for (const file of given.data) {
    if (!existsSync(join(packaged, file))) throw new Error(`${given.name}: vega-datasets has no ${file}.`)
    cpSync(join(packaged, file), join(root, 'data', basename(file)))
  }
}

function layFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

async function applyFeatures({ name }: NotebookCase, root: string): Promise<void> {
  const { code, stderr } = await slipway(root, ['apply'])
  if (code !== 0) throw new Error(`${name}: its features cannot be registered.\n${stderr}`)
}

/** @throws Error when the pipeline's folder holds the value of a secret */
function refuseSecrets({ name, env }: NotebookCase, folder: string): void {
  const values = Object.entries(env).flatMap(([key, value]) =>
    key.startsWith('SLIPWAY_SECRET_') ? [value] : [],
  )
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8')
    if (values.some(value => text.includes(value))) throw new Error(`${name}: ${entry.name} holds a secret.`)
  }
}

export interface Ran {
  readonly code: number
  readonly document: unknown
  readonly stderr: string
}

/** `slipway … --json` in a project. */
export async function slipway(
  root: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const { node, entry, env } = installation()
  const environment = { ...process.env, ...env, ...more, INIT_CWD: root }
  return await new Promise(resolve =>
    execFile(
      node,
      [...entry('cli'), ...args, '--json'],
      { cwd: root, env: environment, maxBuffer: 2 ** 28 },
      (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? 1) : 0, document: parsed(stdout), stderr }),
    ),
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function createClock() {
  const times = { session: 0, promote: 0, run: 0 }
  let last = performance.now()
  return {
    lap(what: keyof typeof times): void {
      const now = performance.now()
      times[what] = (now - last) / 1000
      last = now
    },
    seconds: () => ({ ...times }),
  }
}
