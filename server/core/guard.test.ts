import assert from 'node:assert/strict'
import test from 'node:test'
import { CancellationTokenSource, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node'
import { guarded, guardedNotification } from './guard.ts'

test('a fault is logged under its request and answered with nothing', async () => {
  const log: string[] = []
  const handler = guarded(
    'hover',
    m => log.push(m),
    () => {
      throw new Error('a bug')
    },
  )
  assert.equal(await handler({}, new CancellationTokenSource().token), null)
  assert.match(log[0] ?? '', /^hover failed: Error: a bug/)
  await guardedNotification(
    'didOpen',
    m => log.push(m),
    () => Promise.reject(new Error('another')),
  )({})
  assert.match(log[1] ?? '', /^didOpen failed: Error: another/)
})

test('a cancelled request is not run, and what it gives later is not sent', async () => {
  const log: string[] = []
  let runs = 0
  const source = new CancellationTokenSource()
  const handler = guarded(
    'rename',
    m => log.push(m),
    async () => {
      runs++
      source.cancel()
      await Promise.resolve()
      throw new Error('cancelled within')
    },
  )
  for (let i = 0; i < 2; i++) {
    const answer = await handler({}, source.token)
    assert.ok(answer instanceof ResponseError)
    assert.equal(answer.code, LSPErrorCodes.RequestCancelled)
  }
  assert.equal(runs, 1)
  assert.deepEqual(log, [], 'cancellation is no failure')
})
