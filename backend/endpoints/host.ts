/**
 * The endpoints of a service: deployed from model versions, kept loaded, back after a restart. Each has a folder
 * with its model and its online store, which is complete before the store names it.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Card } from '../../engine/types.ts'
import type * as api from '../api/index.ts'
import { apiPrefix } from '../api/index.ts'
import type { BlobStore } from '../blobs.ts'
import { BackendError } from '../errors.ts'
import { linkOf } from '../files.ts'
import { readCard } from '../models/card.ts'
import { layOutProject } from '../runs/layout.ts'
import type { EndpointStore, StoredEndpoint } from '../store/endpoints.ts'
import type { ModelStore } from '../store/models.ts'
import type { PipelineStore } from '../store/pipelines.ts'
import type { PredictionLog } from '../store/predictions.ts'
import { predict, type ServedModel } from './predict.ts'
import { rowShape } from './rows.ts'
import type { Serving } from './serving.ts'

export interface EndpointHostOptions {
  readonly endpoints: EndpointStore
  readonly models: ModelStore
  readonly pipelines: PipelineStore
  readonly blobs: BlobStore
  readonly predictions: PredictionLog
  readonly serving: Serving
  /** One folder per endpoint below it. */
  readonly folder: string
}

/** An endpoint in this process. `problem` says why it could not be loaded. */
interface Loaded {
  readonly stored: StoredEndpoint
  readonly ready: Promise<ServedModel>
  served?: ServedModel
  problem?: string
}

export type EndpointHost = ReturnType<typeof createEndpointHost>

export function createEndpointHost(options: EndpointHostOptions) {
  const { endpoints, models, pipelines, blobs, predictions, serving, folder } = options
  const loaded = new Map<string, Loaded>()
  let deployments = Promise.resolve()

  const open = (stored: StoredEndpoint): Loaded => {
    const entry: Loaded = { stored, ready: loadModel(options, stored) }
    entry.ready.then(
      served => (entry.served = served),
      (error: Error) => (entry.problem = error.message),
    )
    return entry
  }
  const dispose = async (entry: Loaded | undefined) => {
    const served = await entry?.ready.catch(() => undefined)
    served?.online?.close()
    await served?.scorer.close()
  }
  const describe = (entry: Loaded): api.Endpoint => {
    const { stored, served, problem } = entry
    return {
      name: stored.name,
      model: stored.model,
      version: stored.version,
      state: served ? 'ready' : problem === undefined ? 'starting' : 'failed',
      ...(problem !== undefined && { problem }),
      path: `${apiPrefix}/endpoints/${encodeURIComponent(stored.name)}/predict`,
      inputs: [...(served?.shape.columns ?? [])],
      features: [...(served?.shape.features ?? [])],
      outputs: served?.card.outputs.map(output => output.name) ?? [],
      deployedAt: stored.deployedAt,
      nPredictions: predictions.count(stored.name),
    }
  }
  const find = (name: string): Loaded => loaded.get(endpoints.get(name).name)!

  /** Everything of the endpoint on the disk; the same model needs none of it again. */
  const build = async (model: api.ModelVersion): Promise<string> => {
    const name = `${model.name}-${model.version}-${randomUUID().slice(0, 8)}`
    const home = join(folder, name)
    try {
      await mkdir(home, { recursive: true })
      for (const file of model.files) await linkOf(blobs.path(file.digest), join(home, file.path))
      const card = await readCard(blobs, model.files)
      if (usesCatalog(card)) {
        const project = join(home, 'project')
        await layOutProject(blobs, pipelines.get(model.pipeline, model.pipelineVersion), project)
        await serving.fillOnline({ project, card, file: join(home, 'online.db') })
        await rm(project, { recursive: true, force: true })
      }
      return name
    } catch (error) {
      await rm(home, { recursive: true, force: true })
      throw error
    }
  }

  const deploy = async (request: api.EndpointRequest): Promise<api.Endpoint> => {
    const model = models.get(request.model, request.version)
    if (request.force !== true) checkRequirements(model)
    const before = loaded.get(request.name)
    const same = before?.stored.model === model.name && before.stored.version === model.version
    if (before && same && before.problem === undefined) {
      await before.ready
      return describe(before)
    }
    const home = await build(model)
    // What is there goes on answering until the new one can.
    const entry = open({
      name: request.name,
      model: model.name,
      version: model.version,
      folder: home,
      deployedAt: '',
    })
    try {
      await entry.ready
    } catch (error) {
      await rm(join(folder, home), { recursive: true, force: true })
      throw error
    }
    const current: Loaded = { ...entry, stored: endpoints.put(entry.stored) }
    loaded.set(request.name, current)
    await dispose(before)
    if (before) await rm(join(folder, before.stored.folder), { recursive: true, force: true })
    return describe(current)
  }

  return {
    /** Loads what was deployed, in the background, and clears away what was never finished. */
    start: async (): Promise<void> => {
      const known = endpoints.list()
      await mkdir(folder, { recursive: true })
      for (const name of await readdir(folder))
        if (!known.some(stored => stored.folder === name))
          await rm(join(folder, name), { recursive: true, force: true })
      for (const stored of known) loaded.set(stored.name, open(stored))
    },
    /** One after the other. @throws BCK004, BCK011 */
    deploy: (request: api.EndpointRequest): Promise<api.Endpoint> => {
      const result = deployments.then(() => deploy(request))
      deployments = result.then(
        () => undefined,
        () => undefined,
      )
      return result
    },
    list: (): readonly api.Endpoint[] => endpoints.list().map(stored => describe(loaded.get(stored.name)!)),
    /** @throws BCK004 */
    get: (name: string): api.Endpoint => describe(find(name)),
    /** @throws BCK004 */
    remove: async (name: string): Promise<api.Endpoint> => {
      const entry = find(name)
      const last = describe(entry)
      endpoints.delete(name)
      loaded.delete(name)
      await dispose(entry)
      await rm(join(folder, entry.stored.folder), { recursive: true, force: true })
      return last
    },
    /** @throws BCK004, BCK012, BCK013 */
    predict: async (name: string, rows: api.PredictRequest['rows'], requestId: string) => {
      const entry = find(name)
      const served = await entry.ready.catch(cause => {
        throw new BackendError('BCK013', `Endpoint "${name}" is not ready.`, {
          cause,
          got: entry.problem ?? (cause as Error).message,
          action: 'Deploy the model again.',
        })
      })
      const { model, version: modelVersion } = entry.stored
      const scored = await predict(served, rows)
      predictions.append(
        scored.map(({ row, outputs }) => ({
          endpoint: name,
          model,
          modelVersion,
          requestId,
          row,
          prediction: outputs,
        })),
      )
      return {
        predictions: scored.map(({ outputs }) => ({ ...outputs })),
        features: scored.map(({ features }) => [...features]),
        model,
        modelVersion,
      }
    },
    close: async (): Promise<void> => {
      for (const entry of loaded.values()) await dispose(entry)
    },
  }
}

async function loadModel(
  { serving, folder }: EndpointHostOptions,
  stored: StoredEndpoint,
): Promise<ServedModel> {
  const home = join(folder, stored.folder)
  const card = JSON.parse(await readFile(join(home, 'card.json'), 'utf8')) as Card
  const scorer = await serving.loadScorer(join(home, 'model.onnx'), card)
  const online = usesCatalog(card) ? serving.openOnline(join(home, 'online.db')) : undefined
  return { card, shape: rowShape(card), scorer, ...(online && { online }) }
}

function usesCatalog(card: Card): boolean {
  return card.plan.features.some(feature => feature.value.kind === 'catalog')
}

function checkRequirements(model: api.ModelVersion): void {
  const unmet = model.requirements.filter(requirement => !requirement.met)
  if (unmet.length === 0) return
  throw new BackendError(
    'BCK011',
    `Model ${model.name} version ${model.version} does not meet its requirements.`,
    {
      expected: unmet.map(requirement => requirement.text).join(', '),
      got: unmet.map(({ value }) => (value === undefined ? 'no value' : value.toPrecision(4))).join(', '),
      action: 'Improve the model, or deploy it all the same with --force.',
      details: unmet.map(({ text, value }) => ({ expected: text, got: String(value ?? 'no value') })),
    },
  )
}
