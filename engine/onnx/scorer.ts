/** Scores rows with the ONNX artifact. onnxruntime is loaded when the first scorer is made. */
import type { Expr, Row, Scalar } from '../../language/index.ts'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { EngineError } from '../errors.ts'
import { evaluateExpression } from '../rows/expression.ts'
import { checkRow } from '../rows/normalize.ts'
import type { Card, CardTensor, Scored } from '../types.ts'

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

/** @throws ENG024 when the bytes are no model that onnxruntime can load */
export async function createScorer(onnx: Uint8Array, card: Card): Promise<Scorer> {
  const runner = await createRunner(onnx, card)
  const outputs = card.outputs.map(({ name, tensor }) => ({ name, tensor }))
  return {
    card,
    async score(rows) {
      if (rows.length === 0) return []
      const results = await runner.run(rows)
      const columns = outputs.map(
        ({ name, tensor }) => [name, results[tensor]!.data as Float64Array] as const,
      )
      return rows.map((_, i) => resultOf(columns, i))
    },
    dispose: runner.dispose,
  }
}

/** Runs the graph on checked rows; gives every output tensor by name. */
export async function createRunner(onnx: Uint8Array, card: TensorSource) {
  const runtime = await import('onnxruntime-node')
  const session = await load(runtime.InferenceSession, onnx)
  const passedOver = new Set(card.plan.sources[card.plan.observe.source]!.columns.map(c => c.name))
  const fillers = card.tensors.map(tensor => fillerOf(tensor, card, runtime.Tensor))
  return {
    async run(rows: readonly unknown[]): Promise<InferenceSession.OnnxValueMapType> {
      const checked = rows.map((row, i) => checkRow(row, card.inputs, i, passedOver))
      const feeds: Record<string, Tensor> = {}
      for (const fill of fillers) fill(checked, feeds)
      return await session.run(feeds)
    },
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

function resultOf(columns: readonly (readonly [string, Float64Array])[], i: number): Scored {
  return Object.fromEntries(
    columns.map(([name, data]) => {
      const value = data[i]!
      if (!Number.isNaN(value)) return [name, value]
      throw new EngineError(
        'ENG006',
        `Expected every numeric feature of row ${i} to have a value, because the plan says \`impute none\`; one is missing. Send it, or impute.`,
        { details: { row: i, name } },
      )
    }),
  )
}

type Filler = (rows: readonly Row[], feeds: Record<string, Tensor>) => void
type TensorClass = typeof import('onnxruntime-node').Tensor

/** Writes a column of the rows, and which of its values are missing, into the session's feeds. */
function fillerOf(tensor: CardTensor, card: TensorSource, Tensor: TensorClass): Filler {
  const read = readerOf(tensor, card)
  return (rows, feeds) => {
    const values = rows.map(read)
    feeds[tensor.tensor] = valuesTensor(Tensor, tensor.dtype, values)
    if (tensor.missingTensor === undefined) return
    const missing = Uint8Array.from(values, value => (value === null ? 1 : 0))
    feeds[tensor.missingTensor] = new Tensor('bool', missing, [rows.length])
  }
}

function readerOf(tensor: CardTensor, card: TensorSource): (row: Row) => Scalar {
  const { source } = tensor
  if (source.kind === 'input') return row => row[source.name] ?? null
  return row => evaluateExpression(source.expr, scopeOf(card, row))
}

/** Features are computed when a derived input asks for them. */
function scopeOf(card: TensorSource, row: Row) {
  const expressions = new Map<string, Expr>(
    card.plan.features.flatMap(f => (f.value.kind === 'row' ? [[f.name, f.value.expr]] : [])),
  )
  const scope = {
    column: (name: string) => row[name] ?? null,
    feature: (name: string): Scalar => {
      const expr = expressions.get(name)
      return expr ? evaluateExpression(expr, scope) : (row[name] ?? null)
    },
  }
  return scope
}

function valuesTensor(Tensor: TensorClass, dtype: CardTensor['dtype'], values: readonly Scalar[]): Tensor {
  const dims = [values.length]
  switch (dtype) {
    case 'float64':
      return new Tensor(
        'float64',
        Float64Array.from(values, v => Number(v ?? 0)),
        dims,
      )
    case 'int64':
      return new Tensor(
        'int64',
        BigInt64Array.from(values, v => BigInt(v ?? 0)),
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
