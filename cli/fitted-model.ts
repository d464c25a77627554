/** A fitted model for a plan: one that is registered and was trained from this very plan, else one trained now. */
import { parseFitted } from '../engine/fitted-model.ts'
import type { Card, TrainProgress } from '../engine/types.ts'
import type { Plan } from '../language/index.ts'
import { modelFiles, TrainedModel } from '../library/model/trained-model.ts'
import { trialsFileOf } from '../library/model/trials.ts'
import { messageOf } from '../library/errors.ts'
import { createSession } from '../library/session.ts'
import { openStoredModels } from '../backend/models/stored.ts'
import type { BackendClient } from '../backend/client.ts'
import { canonicalJson } from '../language/canonical-json.ts'
import { configuredBackend, connectBackend, embeddedState, runningEmbedded } from './backend.ts'
import { count, type Output } from './output.ts'

export interface Fitted {
  readonly model: TrainedModel
  readonly origin:
    | { readonly kind: 'registered'; readonly version: number }
    /** `rows` were drawn of `observed`. */
    | { readonly kind: 'trained'; readonly rows: number; readonly observed: number }
}

export interface FitOptions {
  readonly root: string
  /** Of a model that has to be trained. */
  readonly rows: number | 'all'
  readonly signal: AbortSignal
  readonly output: Output
}

/** @throws EngineError when it has to be trained and cannot be */
export async function fittedModel(plan: Plan, options: FitOptions): Promise<Fitted> {
  return (await registeredModel(plan, options)) ?? (await trainModel(plan, options))
}

/** `registered version 3`, `trained on 50,000 of 1,234,567 rows` */
export function describeOrigin({ origin }: Fitted): string {
  if (origin.kind === 'registered') return `registered version ${origin.version}`
  const { rows, observed } = origin
  return rows === observed
    ? `trained now on all ${count(rows)} rows`
    : `trained now on ${count(rows)} of ${count(observed)} rows`
}

/** @throws EngineError */
export async function trainModel(plan: Plan, { root, rows, signal, output }: FitOptions): Promise<Fitted> {
  const session = createSession(root)
  try {
    const engine = await session.engine()
    output.progress(`Training ${plan.model} …`)
    const { model, onnx, card } = await engine.train(plan, {
      rows,
      signal,
      trialsFile: trialsFileOf(root, plan.model),
      onProgress: progress => output.progress(describeProgress(progress)),
    })
    const { sampled, observed } = card.rows
    return {
      model: new TrainedModel({ fitted: model, onnx, card }),
      origin: { kind: 'trained', rows: sampled, observed },
    }
  } finally {
    output.endProgress()
    await session.close()
  }
}

/** `Computing features, 40 %`; iterations and trials say themselves how far they are. */
function describeProgress({ phase, message, done, total }: TrainProgress): string {
  const share =
    phase !== 'fit' && phase !== 'tune' && done > 0 && total ? `, ${Math.round((100 * done) / total)} %` : ''
  return `${message}${share}`
}

/** Where registered models are read. */
interface Registry {
  versions(name: string): Promise<readonly number[]>
  read(name: string, version: number, file: string): Promise<Uint8Array>
  close(): void
}

/** Older versions than so many are not looked at. */
const maxVersions = 20

/** A registry that cannot be asked is a warning: a model can be trained without it. */
async function registeredModel(plan: Plan, { root, output }: FitOptions): Promise<Fitted | undefined> {
  let registry: Registry | undefined
  try {
    registry = await openRegistry(root)
    if (!registry) return undefined
    const wanted = trainingPart(plan)
    for (const version of (await registry.versions(plan.model)).slice(0, maxVersions)) {
      const card = await readJson<Card>(registry, { plan, version, file: modelFiles.card })
      if (trainingPart(card.plan) !== wanted) continue
      const fitted = parseFitted(await readText(registry, { plan, version, file: modelFiles.fitted }))
      const onnx = await registry.read(plan.model, version, modelFiles.onnx)
      return { model: new TrainedModel({ card, fitted, onnx }), origin: { kind: 'registered', version } }
    }
  } catch (error) {
    output.warn(`Registered models could not be looked at: ${messageOf(error)}`)
  } finally {
    registry?.close()
  }
  return undefined
}

interface ModelFile {
  readonly plan: Plan
  readonly version: number
  readonly file: string
}

async function readText(registry: Registry, { plan, version, file }: ModelFile): Promise<string> {
  return Buffer.from(await registry.read(plan.model, version, file)).toString('utf8')
}

async function readJson<T>(registry: Registry, file: ModelFile): Promise<T> {
  return JSON.parse(await readText(registry, file)) as T
}

/** What a fitted model depends on: whoever changes a test, a requirement or a word has the same model. */
export function trainingPart(plan: Plan): string {
  const { doc: _doc, tests: _tests, health: _health, require: _require, evaluate: _evaluate, ...rest } = plan
  return canonicalJson(rest)
}

/** The backend that slipway.json names or that runs, else what it left on disk: none is started for a look. */
async function openRegistry(root: string): Promise<Registry | undefined> {
  const client = (await configuredBackend(root)) ? await connectBackend(root) : await runningEmbedded(root)
  if (client) return clientRegistry(client)
  const stored = openStoredModels(embeddedState(root))
  return (
    stored && {
      versions: name => Promise.resolve(stored.versions(name).map(({ version }) => version)),
      read: async (name, version, file) =>
        await stored.read(
          stored.versions(name).find(model => model.version === version)!,
          file,
        ),
      close: () => stored.close(),
    }
  )
}

function clientRegistry(client: BackendClient): Registry {
  return {
    async versions(name) {
      const { models } = await client.models()
      if (!models.some(model => model.name === name)) return []
      return (await client.modelVersions(name)).models.map(({ version }) => version)
    },
    read: (name, version, file) => client.modelFile(name, version, file),
    close: () => undefined,
  }
}
