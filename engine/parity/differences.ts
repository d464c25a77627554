/** What two executions of a case say differently. */
import type { OutputPlan, Value } from '../../language/index.ts'
import type { Connection } from '../index.ts'
import type { ParityCase } from './cases.ts'
import { evaluateOnnx, evaluateRows, evaluateSql, type Table } from './executions.ts'

/** Relative to what is above 1. */
const tolerance = 1e-6

export interface Difference {
  readonly engine: 'SQL' | 'ONNX'
  /** Whether the other execution failed. */
  readonly isFailure: boolean
  readonly message: string
}

/** The first difference between TypeScript and another execution; undefined where all agree. An execution that fails differs. */
export async function differenceOf(
  connection: Connection,
  parityCase: ParityCase,
): Promise<Difference | undefined> {
  const typescript = evaluateRows(parityCase)
  const others = {
    SQL: () => evaluateSql(connection, parityCase),
    ONNX: () => evaluateOnnx(parityCase),
  }
  for (const engine of ['SQL', 'ONNX'] as const) {
    const found = await others[engine]().then(
      other => ({ message: compare(parityCase, { typescript, other, engine }), isFailure: false }),
      (error: unknown) => ({ message: `${engine} fails: ${messageOf(error)}`, isFailure: true }),
    )
    if (found.message !== undefined) return { engine, isFailure: found.isFailure, message: found.message }
  }
  return undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

interface Tables {
  readonly typescript: Table
  readonly other: Table
  readonly engine: string
}

export function compare({ plan, rows }: ParityCase, tables: Tables): string | undefined {
  const { typescript, other, engine } = tables
  if (other.length !== rows.length) return `${engine} gives ${other.length} rows, expected ${rows.length}`
  const nFeatures = plan.features.length
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < typescript[i]!.length; j++) {
      const [expected, got] = [typescript[i]![j]!, other[i]![j]!]
      const output = plan.outputs[j - nFeatures]
      if (agree(expected, got) || (output && isUndecided(output, { plan, tables, row: i }))) continue
      const name = output?.name ?? plan.features[j]!.name
      return `row ${i}, \`${name}\`: TypeScript gives ${String(expected)}, ${engine} ${String(got)}`
    }
  }
  return undefined
}

function agree(a: Value, b: Value): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.every((x, i) => agree(x, b[i]!))
  if (typeof a !== 'number' || typeof b !== 'number') return a === b
  return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b)) || a === b
}

/** Decisions between probabilities that differ in the last place, and ranks of such, may fall either way. */
function isUndecided(
  output: OutputPlan,
  { plan, tables, row }: { readonly plan: ParityCase['plan']; readonly tables: Tables; readonly row: number },
): boolean {
  const nFeatures = plan.features.length
  const position = (name: string) => nFeatures + plan.outputs.findIndex(o => o.name === name)
  const { typescript, other, engine } = tables
  if (output.kind === 'rank') {
    if (engine === 'ONNX') return true
    const by = typescript.map(values => Number(values[position(output.by)]))
    return hasNeighbour(by, row)
  }
  if (output.kind !== 'prediction') return false
  const probabilities = plan.outputs.flatMap(o =>
    o.kind === 'probability' ? [Number(typescript[row]![position(o.name)])] : [],
  )
  if (probabilities.length === 0 || other[row]![position(output.name)] === null) return false
  const [first = 0, second = 1 - first] = probabilities.toSorted((a, b) => b - a)
  return Math.abs(first - second) <= tolerance
}

/** Whether another row has nearly, but not quite, the same. */
function hasNeighbour(values: readonly number[], row: number): boolean {
  const x = values[row]!
  return values.some(y => y !== x && Math.abs(y - x) <= tolerance * Math.max(1, Math.abs(x)))
}
