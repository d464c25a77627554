/** Executes a step's request in this process: reads the inputs, calls the function, writes the outputs. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { codecByName } from '../codecs/index.ts'
import { digestOf } from '../codecs/files.ts'
import { LibraryError, messageOf } from '../errors.ts'
import { isTrainedModel } from '../model/trained-model.ts'
import type { StepFailure, StepOutput, StepRequest, StoredValue } from './request.ts'

/** The outputs as they lie on disk. @throws what the step's code throws, LIB301, LIB201, LIB202 */
export async function executeStep(request: StepRequest): Promise<Record<string, StepOutput>> {
  const call = await loadFunction(request)
  const inputs = await readInputs(request.inputs)
  const returned: unknown = await call({ ...inputs, ...request.parameters })
  return await writeOutputs(request, returned)
}

type StepFunction = (values: Readonly<Record<string, unknown>>) => unknown

async function loadFunction(request: StepRequest): Promise<StepFunction> {
  const module = (await import(/* webpackIgnore: true */ pathToFileURL(request.module).href)) as Record<
    string,
    unknown
  >
  const call = module[request.function]
  if (typeof call !== 'function')
    throw new LibraryError(
      'LIB301',
      `Expected ${request.module} to export a function ${request.function}, got ${typeof call}.`,
    )
  return call as StepFunction
}

async function readInputs(inputs: Readonly<Record<string, StoredValue>>): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {}
  for (const [name, { codec, path }] of Object.entries(inputs))
    values[name] = await codecByName(codec).read(path)
  return values
}

async function writeOutputs(request: StepRequest, returned: unknown): Promise<Record<string, StepOutput>> {
  const values = (typeof returned === 'object' && returned !== null ? returned : {}) as Record<
    string,
    unknown
  >
  await mkdir(join(request.outputFolder, 'values'), { recursive: true })
  const outputs: Record<string, StepOutput> = {}
  for (const [name, { codec }] of Object.entries(request.outputs)) {
    if (!Object.hasOwn(values, name))
      throw new LibraryError(
        'LIB302',
        `Expected ${request.function} to return an object with ${name}, got ${Object.keys(values).join(', ') || 'none'}.`,
      )
    outputs[name] = await writeOutput(request, name, { value: values[name], codecName: codec })
  }
  return outputs
}

async function writeOutput(
  request: StepRequest,
  name: string,
  { value, codecName }: { value: unknown; codecName: StoredValue['codec'] },
): Promise<StepOutput> {
  const codec = codecByName(codecName)
  // A folder of their own: an output may be called `result`, like the file that says how the step ended.
  const path = join(request.outputFolder, 'values', name + codec.extension)
  try {
    await codec.write(value, path)
  } catch (thrown) {
    if (!(thrown instanceof LibraryError) || thrown.code !== 'LIB201') throw thrown
    throw new LibraryError('LIB201', `Output ${name} of step ${request.step}: ${thrown.message}`, {
      cause: thrown,
    })
  }
  const metrics = isTrainedModel(value)
    ? { metrics: value.card.metrics, ...(value.card.intervals && { intervals: value.card.intervals }) }
    : {}
  return { codec: codecName, path, ...(await digestOf(path)), ...metrics }
}

/** What was thrown, as JSON. */
export function failureOf(thrown: unknown): StepFailure {
  const error = thrown as { code?: unknown; name?: unknown; stack?: unknown } | null | undefined
  return {
    code: typeof error?.code === 'string' ? error.code : 'THROWN',
    name: typeof error?.name === 'string' ? error.name : typeof thrown,
    message: messageOf(thrown),
    ...(typeof error?.stack === 'string' ? { stack: error.stack } : {}),
  }
}
