/**
 * Whether verification sees a change: every kept statement of a promoted pipeline is changed or left out, one at a
 * time, and the pipeline run again. A change that gives the same outputs has survived.
 */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import ts from 'typescript'
import { pipelineOutputs } from '../../../cli/outputs.ts'
import { compareOutputs, type Lock, type Manifest } from '../../../promote/index.ts'
import { layProject, type PromotedCase } from './case.ts'
import { digest } from './session.ts'

export interface Mutant {
  /** Relative to the pipeline's folder; `pipeline.json` for a parameter's default. */
  readonly file: string
  /** Of the whole file. */
  readonly text: string
  /** What was changed, for the report. */
  readonly what: string
}

export interface MutationResult {
  readonly name: string
  readonly nStatements: number
  readonly nMutants: number
  /** What was changed and not seen. */
  readonly survivors: readonly string[]
}

/** At most this many changes of one statement, besides leaving it out. */
const changesPerStatement = 2

export async function mutationTest(promoted: PromotedCase): Promise<MutationResult> {
  const { folder, case: given } = promoted
  const { mutants, nStatements } = mutantsOf(folder)
  const survivors: string[] = []
  const startedMs = performance.now()
  const before = await outcomeOf(promoted)
  const limitMs = 20_000 + Math.ceil(10 * (performance.now() - startedMs))
  for (const mutant of mutants) {
    // A change may take a loop its end: that is seen too.
    const signal = AbortSignal.timeout(limitMs)
    const after = await outcomeOf(promoted, { mutant, signal }).catch(() => undefined)
    if (after && isSame(before, after)) survivors.push(`${mutant.file}: ${mutant.what}`)
  }
  return { name: given.name, nStatements, nMutants: mutants.length, survivors }
}

function mutantsOf(folder: string): { readonly mutants: readonly Mutant[]; readonly nStatements: number } {
  const { spans } = JSON.parse(readFileSync(join(folder, 'map.json'), 'utf8')) as {
    spans: { file: string; span: { start: number; end: number } }[]
  }
  const inSteps = spans.flatMap(({ file, span }) => {
    const text = readFileSync(join(folder, file), 'utf8')
    return changesOf(text, span).map(({ changed, what }) => ({ file, text: changed, what }))
  })
  const manifest = JSON.parse(readFileSync(join(folder, 'pipeline.json'), 'utf8')) as Manifest
  const inParameters = manifest.parameters.map(parameter => {
    const parameters = manifest.parameters.map(p =>
      p === parameter ? { ...p, default: other(p.default) } : p,
    )
    return {
      file: 'pipeline.json',
      text: JSON.stringify({ ...manifest, parameters }),
      what: `${parameter.name} = ${JSON.stringify(other(parameter.default))}`,
    }
  })
  return { mutants: [...inSteps, ...inParameters], nStatements: spans.length + inParameters.length }
}

function other(value: unknown): unknown {
  if (typeof value === 'number') return value + 1
  if (typeof value === 'boolean') return !value
  return `${String(value)}~`
}

interface Change {
  readonly changed: string
  readonly what: string
}

/** Types and imports do nothing when they run. */
function changesOf(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
): readonly Change[] {
  const file = ts.createSourceFile('step.ts', text, ts.ScriptTarget.Latest, true)
  const statement = statementAt(file, start, end)
  if (!statement || ts.isImportDeclaration(statement) || ts.isInterfaceDeclaration(statement)) return []
  if (ts.isTypeAliasDeclaration(statement)) return []
  const replace = (node: ts.Node, by: string): Change => ({
    changed: text.slice(0, node.getStart()) + by + text.slice(node.end),
    what: `${line(statement.getText())} with ${line(node.getText())} as ${by || 'nothing'}`,
  })
  const found: Change[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node)) return
    const by = replacement(node)
    if (by !== undefined && found.length < changesPerStatement) found.push(replace(node, by))
    ts.forEachChild(node, visit)
  }
  visit(statement)
  return [...found, { ...replace(statement, ''), what: `${line(statement.getText())} left out` }]
}

function statementAt(file: ts.SourceFile, start: number, end: number): ts.Statement | undefined {
  let found: ts.Statement | undefined
  const visit = (node: ts.Node): void => {
    if (found) return
    if (node.getStart() >= start && node.end <= end && ts.isStatement(node)) found = node
    else ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

const operators: Readonly<Record<string, string>> = {
  '+': '-',
  '-': '+',
  '*': '+',
  '/': '*',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '===': '!==',
  '!==': '===',
  '+=': '-=',
  '-=': '+=',
}

function replacement(node: ts.Node): string | undefined {
  if (ts.isNumericLiteral(node)) return `${Number(node.text) + 1}`
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node))
    return ts.isLiteralTypeNode(node.parent) ? undefined : JSON.stringify(`${node.text}~`)
  if (node.kind === ts.SyntaxKind.TrueKeyword) return 'false'
  if (node.kind === ts.SyntaxKind.FalseKeyword) return 'true'
  if (ts.isToken(node) && node.parent && ts.isBinaryExpression(node.parent)) return operators[node.getText()]
  return undefined
}

function line(text: string): string {
  const plain = text.replaceAll(/\s+/g, ' ')
  return plain.length > 70 ? `${plain.slice(0, 67)}…` : plain
}

interface PipelineOutcome {
  readonly outputs: Readonly<Record<string, unknown>>
  /** Path -> SHA-256 of whatever lies in the project then. */
  readonly files: Readonly<Record<string, string>>
}

/**
 * In a project of its own: what the notebook or another run wrote must not stand in for what this one does not write.
 * @throws what a step throws
 */
async function outcomeOf(
  { case: given, folder }: PromotedCase,
  { mutant, signal }: { readonly mutant?: Mutant; readonly signal?: AbortSignal } = {},
): Promise<PipelineOutcome> {
  const work = mkdtempSync(join(tmpdir(), 'slipway-mutant-'))
  try {
    const [root, pipeline] = [join(work, 'project'), join(work, 'pipeline')]
    mkdirSync(root)
    layProject(given, root)
    cpSync(folder, pipeline, { recursive: true })
    if (mutant) writeFileSync(join(pipeline, mutant.file), mutant.text)
    const read = (name: string) => JSON.parse(readFileSync(join(pipeline, name), 'utf8')) as unknown
    const outputs = await pipelineOutputs({
      folder: pipeline,
      root,
      manifest: read('pipeline.json') as Manifest,
      lock: read('pipeline.lock.json') as Lock,
      workFolder: join(work, 'steps'),
      secrets: secretsOf(given.env),
      onProgress: () => undefined,
      ...(signal ? { signal } : {}),
    })
    return { outputs, files: digests(root) }
  } finally {
    rmSync(work, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Those that the case puts into the environment, by name. */
function secretsOf(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const prefix = 'SLIPWAY_SECRET_'
  const given = Object.entries(env).filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(given.map(([name, value]) => [name.slice(prefix.length), value]))
}

function digests(root: string): Readonly<Record<string, string>> {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()
  return Object.fromEntries(
    paths
      .filter(path => statSync(join(root, path)).isFile() && !path.startsWith('.slipway'))
      .map(path => [path, digest(join(root, path))]),
  )
}

/** By promotion's own comparison of outputs, and the bytes of files. */
function isSame(before: PipelineOutcome, after: PipelineOutcome): boolean {
  const verdicts = Object.entries(before.outputs).map(
    ([name, value]) => compareOutputs(value, after.outputs[name]).verdict,
  )
  const sameFiles = isDeepStrictEqual(before.files, after.files)
  return sameFiles && verdicts.every(verdict => verdict === 'exact' || verdict === 'tolerant')
}
