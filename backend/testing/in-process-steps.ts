/** Runs steps in this process, for tests of what is around them. JSON outputs only. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { format } from 'node:util'
import type { ExecutorOptions } from '../runs/execute-run.ts'

type StepFunction = (values: Record<string, unknown>) => unknown

export const runInProcess: ExecutorOptions['runStep'] = async (
  request,
  { signal, onEvent = () => undefined },
) => {
  const times = { step: request.step, startedAt: '', finishedAt: '', peakMemoryBytes: 0 }
  const values: Record<string, unknown> = { ...request.parameters }
  for (const [name, { path }] of Object.entries(request.inputs))
    values[name] = JSON.parse(await readFile(path, 'utf8'))
  const log = console.log
  const folder = process.cwd()
  try {
    process.chdir(request.projectRoot)
    console.log = (...args) => onEvent({ type: 'log', stream: 'stdout', text: `${format(...args)}\n` })
    const module = (await import(pathToFileURL(request.module).href)) as Record<string, StepFunction>
    const aborted = new Promise<never>((_, reject) =>
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
    )
    const returned = (await Promise.race([module[request.function]!(values), aborted])) as Record<
      string,
      unknown
    >
    await mkdir(request.outputFolder, { recursive: true })
    const outputs: Record<string, { codec: 'json'; path: string; digest: string; sizeBytes: number }> = {}
    for (const name of Object.keys(request.outputs)) {
      const path = join(request.outputFolder, `${name}.json`)
      await writeFile(path, JSON.stringify(returned[name]))
      outputs[name] = { codec: 'json', path, digest: '', sizeBytes: 0 }
    }
    return { ...times, state: 'succeeded', outputs }
  } catch (thrown) {
    if (signal?.aborted) throw thrown
    const { name, message, stack } = thrown as Error
    return { ...times, state: 'failed', error: { code: 'THROWN', name, message, stack } }
  } finally {
    console.log = log
    process.chdir(folder)
  }
}
