import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type * as vscode from 'vscode'
import { LateOutputs } from './late-outputs.ts'

/** VS Code's rule: a cell has one execution at a time. */
function createNotebook() {
  const log: string[] = []
  const open = new Set<vscode.NotebookCell>()
  const cell = {
    executionSummary: { executionOrder: 4, success: false, timing: { startTime: 10, endTime: 30 } },
  } as unknown as vscode.NotebookCell
  const createExecution = (which: vscode.NotebookCell) => {
    if (open.has(which)) throw new Error('The cell is already executing.')
    open.add(which)
    return {
      start: (time?: number) => log.push(`start ${time}`),
      end(success: boolean | undefined, time?: number) {
        open.delete(which)
        log.push(`end ${success} ${time}`)
      },
    } as unknown as vscode.NotebookCellExecution
  }
  return { cell, log, open, createExecution }
}

test('what comes together is shown together, one execution at a time, and the cell stays what it was', async () => {
  const { cell, log, createExecution } = createNotebook()
  const dropped: unknown[] = []
  const late = new LateOutputs({ createExecution, onDropped: error => dropped.push(error) })
  const work = (name: string) => async () => {
    await sleep(2)
    log.push(name)
  }
  late.add(cell, work('a'))
  late.add(cell, work('b'))
  await sleep(1)
  late.add(cell, work('c'))
  await sleep(30)
  assert.deepEqual(log, ['start 10', 'a', 'b', 'end false 30', 'start 10', 'c', 'end false 30'])
  assert.deepEqual(dropped, [])
})

test('a cell that runs or is gone loses nothing but these outputs', async () => {
  const { cell, open, log, createExecution } = createNotebook()
  const dropped: unknown[] = []
  const late = new LateOutputs({ createExecution, onDropped: error => dropped.push(error) })
  open.add(cell)
  late.add(cell, () => assert.fail('shown'))
  await sleep(5)
  open.delete(cell)
  assert.equal(dropped.length, 1)
  late.add(cell, async () => log.push('later'))
  await sleep(5)
  assert.ok(log.includes('later'))
})

test('a cell that is to run is free at once, however much comes', async () => {
  const { cell, open, log, createExecution } = createNotebook()
  const late = new LateOutputs({ createExecution, onDropped: error => assert.fail(String(error)) })
  const ticks = setInterval(() => late.add(cell, () => sleep(3)), 1)
  await sleep(10)
  await late.hold([cell])
  assert.equal(open.size, 0)
  const { length } = log
  await sleep(20)
  assert.equal(log.length, length)
  late.release([cell])
  await sleep(20)
  clearInterval(ticks)
  assert.ok(log.length > length)
  await sleep(10)
})
