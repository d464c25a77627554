/** Scores rows with the ONNX artifact. onnxruntime is loaded when the first scorer is made. */
import type { Expr, Row, Scalar, Value } from '../../language/index.ts'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { EngineError } from '../errors.ts'
import { evaluateExpression, type RowScope } from '../rows/expression.ts'
import { checkRow } from '../rows/normalize.ts'
import { rank } from '../rows/outputs.ts'
import { scoreRows } from '../rows/score.ts'
import type { Card, CardTensor, FittedModel, Scored } from '../types.ts'
import { canLackScores, lacksScore } from './names.ts'

export interface Scorer {
  readonly card: Card
  /**
   * One result per row, in order: every output by name.
   * @param rows what the card's `inputs` ask for, by name. A column that is absent or null counts as missing
   *   where the column is nullable, and is refused (ENG023) where it is not. Columns of the observation that the
   *   model does not read are passed over; any other is refused (ENG022). Timestamps are ISO 8601 text (UTC without
   *   a zone) or whole microseconds since 1970. A wrong type is ENG021.
   */
  score(rows: readonly unknown[]): Promise<Scored[]>
  dispose(): Promise<void>
}

/** What a scorer must know of a model to fill its tensors. */
export type TensorSource = Pick<Card, 'plan' | 'inputs' | 'tensors'>

export interface ScorerOptions {
  /**
   * What was learned. With it a row that comes alone is answered by the TypeScript twin: what a call of onnxruntime costs is
   * many times what one row does.
   */
  readonly fitted?: FittedModel
}

/** @throws ENG024 when the bytes are no model that onnxruntime can load */
export async function createScorer(
  onnx: Uint8Array,
  card: Card,
  { fitted }: ScorerOptions = {},
): Promise<Scorer> {
  const runner = await createRunner(onnx, card)
  const single = fitted && createSingleScorer(card, fitted)
  return {
    card,
    async score(rows) {
      if (rows.length === 0) return []
      if (rows.length === 1 && single) return [single(rows[0])]
      const { tensors, isLacking, checked } = await runner.run(rows)
      refuseLacking(rows.findIndex((_, i) => isLacking(i)))
      const columns = card.outputs.map(output => {
        const scores = outputValues(tensors[output.tensor]!, rows.length)
        const valueOf = (name: string, i: number) => runner.valueOf(name, checked[i]!)
        return [output.name, output.kind === 'rank' ? rank(output, scores, valueOf) : scores] as const
      })
      return rows.map((_, i) => Object.fromEntries(columns.map(([name, values]) => [name, values[i]!])))
    },
    dispose: runner.dispose,
  }
}

function createSingleScorer(card: Card, fitted: FittedModel): (row: unknown) => Scored {
  const check = createChecker(card)
  const lacks = canLackScores(fitted)
  return row => {
    const [scored] = scoreRows(card.plan, fitted, [check(row, 0)])
    if (lacks && card.outputs.some(({ kind, name }) => kind !== 'rank' && scored![name] === null))
      refuseLacking(0)
    return scored!
  }
}

/** Columns of the observation that are not read are passed over. */
function createChecker({ plan, inputs }: TensorSource): (row: unknown, index: number) => Row {
  const passedOver = new Set(plan.sources[plan.observe.source]!.columns.map(c => c.name))
  return (row, index) => checkRow(row, inputs, index, passedOver)
}

/** @throws ENG006 where a missing value is not imputed */
function refuseLacking(row: number): void {
  if (row < 0) return
  throw new EngineError(
    'ENG006',
    `Expected every numeric feature of row ${row} to have a value, because the plan says \`impute none\`; one is missing. Send it, or impute.`,
    { details: { row } },
  )
}

/** Null where a number is not finite. Of a model that reads nothing all rows are one. */
export function outputValues({ type, data }: Tensor, nRows: number): readonly Scalar[] {
  const values = Array.from(data as ArrayLike<number | string>, value =>
    type === 'bool' ? value !== 0 : typeof value === 'number' && !Number.isFinite(value) ? null : value,
  )
  return values.length === nRows ? values : new Array<Scalar>(nRows).fill(values[0]!)
}

/** Runs the graph on checked rows; gives every output tensor by name. */
export async function createRunner(onnx: Uint8Array, card: TensorSource) {
  const runtime = await import('onnxruntime-node')
  const session = await load(runtime.InferenceSession, onnx)
  // Models that earlier versions wrote.
  const flat = session.inputMetadata.flatMap(input =>
    input.isTensor && input.shape.length === 1 ? [input.name] : [],
  )
  const check = createChecker(card)
  const fillers = card.tensors.map(tensor => fillerOf(tensor, card, runtime.Tensor))
  const scope = scopeOf(card)
  return {
    async run(rows: readonly unknown[]) {
      const checked = rows.map((row, i) => check(row, i))
      const feeds: Record<string, Tensor> = {}
      for (const fill of fillers) fill(checked, feeds)
      for (const name of flat) feeds[name] = feeds[name]!.reshape([rows.length])
      const tensors = await session.run(feeds)
      const lacking = tensors[lacksScore]?.data
      return { tensors, checked, isLacking: (row: number): boolean => lacking?.[row] === 1 }
    },
    /** Of an input or a feature. */
    valueOf: (name: string, row: Row): Value => scope(row).feature(name),
    dispose: () => session.release(),
  }
}

async function load(
  Session: {
    create(bytes: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>
  },
  onnx: Uint8Array,
): Promise<InferenceSession> {
  try {
    return await Session.create(onnx, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new EngineError('ENG024', `Expected an ONNX model that the runtime can load, got: ${reason}`, {
      cause,
    })
  }
}

type Filler = (rows: readonly Row[], feeds: Record<string, Tensor>) => void
type TensorClass = typeof import('onnxruntime-node').Tensor

/** Writes a column of the rows, and which of its values are missing, into the session's feeds. */
function fillerOf(tensor: CardTensor, card: TensorSource, Tensor: TensorClass): Filler {
  const read = readerOf(tensor, card)
  return (rows, feeds) => {
    const values = rows.map(read)
    feeds[tensor.tensor] = valuesTensor(Tensor, tensor, values)
    if (tensor.missingTensor === undefined) return
    const missing = Uint8Array.from(values, value => (value === null ? 1 : 0))
    feeds[tensor.missingTensor] = new Tensor('bool', missing, [rows.length, 1])
  }
}

function readerOf(tensor: CardTensor, card: TensorSource): (row: Row) => Value {
  const { source } = tensor
  if (source.kind === 'input') return row => row[source.name] ?? null
  const scope = scopeOf(card)
  return row => evaluateExpression(source.expr, scope(row))
}

/** Features are computed when a derived input asks for them. */
function scopeOf(card: TensorSource): (row: Row) => RowScope {
  const expressions = new Map<string, Expr>(
    card.plan.features.flatMap(f => (f.value.kind === 'row' ? [[f.name, f.value.expr]] : [])),
  )
  return row => {
    const scope: RowScope = {
      column: name => row[name] ?? null,
      feature(name) {
        const expr = expressions.get(name)
        return expr ? evaluateExpression(expr, scope) : (row[name] ?? null)
      },
    }
    return scope
  }
}

function valuesTensor(Tensor: TensorClass, tensor: CardTensor, values: readonly Value[]): Tensor {
  const dims = [values.length, 1]
  switch (tensor.dtype) {
    case 'float64':
      return tensor.size === undefined
        ? new Tensor(
            'float64',
            Float64Array.from(values, v => (v === null ? NaN : Number(v))),
            dims,
          )
        : vectorsTensor(Tensor, tensor.size, values)
    case 'int64':
      return new Tensor(
        'int64',
        BigInt64Array.from(values, v => BigInt((v as number | null) ?? 0)),
        dims,
      )
    case 'bool':
      return new Tensor(
        'bool',
        Uint8Array.from(values, v => (v === true ? 1 : 0)),
        dims,
      )
    case 'string':
      return new Tensor(
        'string',
        values.map(v => String(v ?? '')),
        dims,
      )
  }
}

function vectorsTensor(Tensor: TensorClass, size: number, values: readonly Value[]): Tensor {
  const data = new Float64Array(values.length * size)
  values.forEach((value, i) => value !== null && data.set(value as readonly number[], i * size))
  return new Tensor('float64', data, [values.length, size])
}
