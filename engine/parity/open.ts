/** A database for tests of parity. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { openEngine, type Connection, type Engine } from '../index.ts'

/** Closed when the test ends. */
export async function openParity(t: TestContext): Promise<Connection> {
  return (await openParityEngine(t)).connection
}

/** An engine over a folder of its own, with a connection. Closed when the test ends. */
export async function openParityEngine(
  t: TestContext,
): Promise<{ readonly engine: Engine; readonly connection: Connection }> {
  const root = await mkdtemp(join(tmpdir(), 'slipway-parity-'))
  const engine = await openEngine({ root, threads: 1 })
  const connection = await engine.connection()
  t.after(async () => {
    connection.disconnectSync()
    await engine.close()
    await rm(root, { recursive: true })
  })
  return { engine, connection }
}
