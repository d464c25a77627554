/**
 * `slipway_variables_request` and `slipway_inspect_variable_request`: what cells have declared. While a cell keeps
 * its thread busy, the answer is what was known last.
 */
import type { Handler } from '../session/requests.ts'
import type { UserProcess } from '../session/user-process.ts'
import type { PartKey, PartsReply, Variable } from './variable.ts'

export interface VariableParts {
  readonly process: Pick<UserProcess, 'ask'>
  /** The notebook's id of the cell that ran as the nth. */
  cellOf(executionCount: number): string | undefined
}

/** Content of `slipway_variables_reply`. */
export interface VariablesReply {
  /** In the order of their last declaration. */
  readonly variables: readonly Variable[]
  /** False when a cell is running that lets nobody look: these were there before. */
  readonly isCurrent: boolean
}

/** How long an answer is waited for. A thread that runs nothing answers within a few milliseconds. */
const patienceMs = 250

export function createVariableHandlers({
  process,
  cellOf,
}: VariableParts): Readonly<
  Record<'slipway_variables_request' | 'slipway_inspect_variable_request', Handler>
> {
  let known: readonly Variable[] = []
  let asking: Promise<readonly Variable[]> | undefined

  async function list(): Promise<readonly Variable[]> {
    const { variables } = (await process.ask('variables', null)) as {
      readonly variables: readonly Variable[]
    }
    known = variables.map(variable => {
      const cell = cellOf(Number(/\[(\d+)/.exec(variable.file)?.[1]))
      return cell === undefined ? variable : { ...variable, cell }
    })
    return known
  }

  return {
    async slipway_variables_request() {
      // A question that waits for a busy thread answers all who ask meanwhile.
      asking ??= list().finally(() => (asking = undefined))
      asking.catch(() => undefined)
      const variables = await within(asking, patienceMs)
      return { variables: variables ?? known, isCurrent: variables !== undefined }
    },
    async slipway_inspect_variable_request({ content }) {
      const { name, path, offset, limit } = content
      const keys = Array.isArray(path) ? (path as readonly PartKey[]) : []
      const argument = { name: String(name), path: keys, ...numbers({ offset, limit }) }
      const { parts, total } = (await process.ask('variable', argument)) as PartsReply
      return { parts, total }
    },
  }
}

function numbers(values: Readonly<Record<string, unknown>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (typeof value === 'number' ? [[key, value]] : [])),
  )
}

/** What work gives; undefined when it takes longer, or fails as when its process ends. */
async function within<T>(work: Promise<T>, limitMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>(resolve => (timer = setTimeout(() => resolve(undefined), limitMs)))
  try {
    return await Promise.race([work, late])
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}
