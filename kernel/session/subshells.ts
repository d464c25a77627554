/**
 * Subshells: further queues of shell requests, by an id in the header of each. Their cells run beside those of the
 * main shell, in the same process and scope, whenever these wait; an interrupt ends the cells of all shells.
 * https://jupyter.org/enhancement-proposals/91-kernel-subshells/kernel-subshells.html
 */
import { randomUUID } from 'node:crypto'
import { KernelError } from '../errors.ts'
import type { Incoming } from '../wire/message.ts'
import type { Lane } from './lane.ts'
import type { Handler } from './requests.ts'

export interface SubshellsParts {
  createLane(): Lane
  /** Answers requests of a subshell that is deleted. */
  abort(requests: readonly Incoming[]): void
}

type RequestType = 'create_subshell_request' | 'delete_subshell_request' | 'list_subshell_request'

export interface Subshells {
  readonly handlers: Readonly<Record<RequestType, Handler>>
  /** The lane of a header's `subshell_id`; undefined where none is named. @throws {KernelError} KERNEL008 */
  lane(id: unknown): Lane | undefined
  /** The same, undefined too where it is not known. */
  find(id: unknown): Lane | undefined
  lanes(): readonly Lane[]
  /** Forgets all of them. */
  clear(): void
}

export function createSubshells({ createLane, abort }: SubshellsParts): Subshells {
  const lanes = new Map<unknown, Lane>()

  function known(id: unknown): Lane {
    const lane = lanes.get(id)
    if (lane) return lane
    throw new KernelError(
      'KERNEL008',
      `Expected the id of a subshell that create_subshell_request gave, got ${JSON.stringify(id) ?? 'none'}.`,
    )
  }

  return {
    handlers: {
      create_subshell_request() {
        const id = randomUUID()
        lanes.set(id, createLane())
        return { subshell_id: id }
      },
      delete_subshell_request({ content }) {
        const id = content['subshell_id']
        const lane = known(id)
        lanes.delete(id)
        abort(lane.clear())
        return {}
      },
      list_subshell_request: () => ({ subshell_id: [...lanes.keys()] }),
    },
    lane: id => (id === undefined || id === null ? undefined : known(id)),
    find: id => lanes.get(id),
    lanes: () => [...lanes.values()],
    clear: () => lanes.clear(),
  }
}
