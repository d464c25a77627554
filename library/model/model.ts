/** A model as it is declared in the project's `.slip` files, to be trained. */
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { TrainOptions as EngineTrainOptions } from '../../engine/types.ts'
import type { Diagnostic, Plan, Workspace } from '../../language/index.ts'
import { normalPath } from '../../language/paths.ts'
import { currentContext } from '../context.ts'
import { displayMethod, type MimeBundle } from '../display/messages.ts'
import { LibraryError } from '../errors.ts'
import { createReporter, kernelHook } from '../progress/reporter.ts'
import type { CellText } from '../project.ts'
import { currentSession } from '../session.ts'
import type { Table } from '../tables/table.ts'
import { TrainedModel } from './trained-model.ts'
import { trialsFileOf } from './trials.ts'

export interface TrainOptions {
  /** How many of the observed rows take part, drawn by a hash of their content. Default `all`. */
  readonly rows?: number | 'all'
  /**
   * Rows that take the place of those the model observes. Windowed features keep reading their own sources: a
   * notebook may clean what it observes, not what others' features mean.
   */
  readonly observations?: Table
  /** Of the sample. Default: the pipeline's seed in a step, else 0. */
  readonly seed?: number
  /** Default: that of the running cell. */
  readonly signal?: AbortSignal
}

const brand = Symbol.for('slipway.Model')

/** A declared model. Made by `model`, or by a cell in the model language; nothing is read before it is asked for something. */
export class Model {
  /** Its name, or the file that declares it. */
  readonly reference: string
  readonly [brand] = true
  readonly #cells: readonly CellText[] | undefined

  /** @param cells the cells of a notebook that declare it and what it needs; none for a model of the project's files */
  constructor(reference: string, cells?: readonly CellText[]) {
    this.reference = reference
    this.#cells = cells
  }

  /**
   * What the text asks for, as data.
   * @throws LIB005 when there is no such model, LIB006 when its text has errors
   */
  async plan(): Promise<Plan> {
    const { root, modelFolder, catalogFeatures } = currentContext()
    // The language is not loaded by a cell that only reads a table.
    const { loadProject } = await import('../project.ts')
    const project = this.#cells
      ? await loadProject(root, { catalogFeatures, cells: this.#cells })
      : await loadProject(root, { modelFolder, catalogFeatures, ...onlyFile(this.reference, modelFolder) })
    const { name, plan, diagnostics } = project.plan(this.reference)
    if (plan) return plan
    const problems = project.problems.map(({ path, message }) => `${path}: ${message}`)
    throw new LibraryError(
      'LIB006',
      [
        `Expected model ${name} to check, got:`,
        ...listErrors(diagnostics, project.workspace),
        ...problems,
      ].join('\n'),
    )
  }

  /** Trains on the rows that the model observes, evaluates, and gives the model with its artifact. */
  async train(options: TrainOptions = {}): Promise<TrainedModel> {
    const plan = await this.plan()
    const engine = await currentSession().engine()
    const reporter = createReporter(`Trained ${plan.model}`)
    let state: 'done' | 'failed' = 'failed'
    try {
      const { model, onnx, card } = await engine.train(plan, {
        ...engineOptions(options),
        trialsFile: trialsFileOf(currentContext().root, plan.model),
        onProgress: ({ phase, done, total, message }) => reporter.report(phase, { done, total, message }),
      })
      const trained = new TrainedModel({ fitted: model, onnx, card })
      currentContext().emit?.({
        type: 'metrics',
        model: card.model,
        metrics: card.metrics,
        ...(card.intervals && { intervals: card.intervals }),
      })
      state = 'done'
      return trained
    } finally {
      reporter.end(state)
    }
  }

  /** What a cell shows: what it observes, predicts and reads. A model whose text has errors is named only. */
  async [displayMethod](): Promise<MimeBundle> {
    const { displayPlans } = await import('../display/declared-model.ts')
    const plan = await this.plan().catch(() => undefined)
    return plan ? displayPlans([plan]) : { 'text/plain': this.toString() }
  }

  toString(): string {
    if (this.#cells) return this.reference
    return `model(${JSON.stringify(relative('', this.reference) || this.reference)})`
  }
}

/**
 * A model of the project.
 * @param reference its name (`late_departure`), or the path of a `.slip` file that declares one model
 */
export function model(reference: string): Model {
  return new Model(reference)
}

/** A pipeline may hold several files that declare a model of one name: what a notebook's cell said at different times. */
function onlyFile(reference: string, folder: string | undefined): { readonly only?: string } {
  const path = folder !== undefined && reference.endsWith('.slip') ? normalPath(reference) : undefined
  return path !== undefined && existsSync(join(folder ?? '', path)) ? { only: path } : {}
}

function engineOptions({ rows, observations, seed, signal }: TrainOptions): EngineTrainOptions {
  return {
    rows: rows ?? 'all',
    seed: seed ?? currentContext().seed ?? 0,
    ...(observations ? { observations: { sql: observations.toSql() } } : {}),
    signal: signal ?? kernelHook()?.signal,
  }
}

function listErrors(diagnostics: readonly Diagnostic[], workspace: Workspace): string[] {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  return (errors.length > 0 ? errors : diagnostics).map(({ code, path, span, message, hint }) => {
    const before = (workspace.text(path) ?? '').slice(0, span.start).split('\n')
    const place = `${path}:${before.length}:${(before.at(-1) ?? '').length + 1}`
    return `  ${place} ${code} ${message}${hint ? ` ${hint}` : ''}`
  })
}
