/**
 * The process of one step. Its argument is a request file; it writes the outputs and `result.json`, and says on
 * standard output what happens (request.ts). It ends when whoever started it is gone.
 */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomically } from '../codecs/files.ts'
import { setContext } from '../context.ts'
import { registerResolve } from '../resolve.ts'
import { closeSession } from '../session.ts'
import { provideDisplay } from './display.ts'
import { executeStep, failureOf } from './execute-step.ts'
import type { StepEvent, StepRequest, StepResult } from './request.ts'

const [requestFile] = process.argv.slice(2)
if (requestFile === undefined)
  fail('Expected the path of a step request. Steps are started by runStep (run-step.ts).')
else main(requestFile).catch((thrown: unknown) => fail(failureOf(thrown).stack ?? String(thrown)))

function fail(text: string): never {
  process.stderr.write(`${text}\n`)
  process.exit(2)
}

async function main(file: string): Promise<void> {
  const startedAt = new Date().toISOString()
  const request = JSON.parse(await readFile(file, 'utf8')) as StepRequest
  const { emit, flush } = takeOverOutput()
  endWithParent()
  const workingFolder = request.workingFolder ?? request.projectRoot
  await mkdir(workingFolder, { recursive: true })
  process.chdir(workingFolder)
  const { projectRoot: root, modelFolder, catalogFeatures, seed } = request
  setContext({ root, modelFolder, catalogFeatures, seed, emit })
  registerResolve()
  provideDisplay()

  const outcome = await execute(request)
  const result: StepResult = {
    step: request.step,
    startedAt,
    finishedAt: new Date().toISOString(),
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    ...outcome,
  }
  await writeFileAtomically(join(request.outputFolder, 'result.json'), `${JSON.stringify(result, null, 2)}\n`)
  // Whatever the step's code left open (timers, sockets) must not keep a finished step alive.
  await flush()
  process.exit(result.state === 'succeeded' ? 0 : 1)
}

async function execute(request: StepRequest) {
  try {
    const outputs = await executeStep(request)
    await closeSession()
    return { state: 'succeeded', outputs } as const
  } catch (thrown) {
    return { state: 'failed', error: failureOf(thrown) } as const
  }
}

/** Standard output carries events from here on; what the step's code prints becomes events. */
function takeOverOutput(): {
  readonly emit: (event: StepEvent) => void
  readonly flush: () => Promise<void>
} {
  const write = process.stdout.write.bind(process.stdout)
  const emit = (event: StepEvent) => void write(`${JSON.stringify(event)}\n`)
  for (const stream of ['stdout', 'stderr'] as const) {
    const target = process[stream]
    target.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
      if (text !== '') emit({ type: 'log', stream, text })
      const done = rest.find(argument => typeof argument === 'function') as (() => void) | undefined
      if (done) process.nextTick(done)
      return true
    }) as typeof target.write
  }
  return { emit, flush: () => new Promise(resolve => write('', () => resolve())) }
}

/** The standard input is a pipe that nobody writes to: its end is the end of the parent. */
function endWithParent(): void {
  process.stdin.on('end', () => process.exit(130))
  process.stdin.on('error', () => process.exit(130))
  process.stdin.resume()
  process.stdin.unref?.()
}
