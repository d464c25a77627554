/** What makes two pipelines different versions, part by part: everything that `pipelineVersion` covers. Pure. */
import { canonicalJson } from '../language/canonical-json.ts'
import { modelCopyPath, type Lock, type Manifest, type Step } from './manifest.ts'
import { sha256, type PipelineFiles } from './version.ts'

export interface PipelineContent {
  readonly manifest: Manifest
  readonly lock: Lock
  readonly files: PipelineFiles
}

export type ChangedPart =
  'code' | 'step' | 'parameter' | 'output' | 'data' | 'model' | 'feature' | 'package' | 'seed' | 'folder'

export interface PipelineChange {
  readonly part: ChangedPart
  /** A path, or the name of a step, parameter, output, feature or package. */
  readonly name: string
  readonly change: 'added' | 'removed' | 'changed'
  /** What it was and what it is, in few words: a default, a version, a digest. Of code and models the whole text. */
  readonly before?: string
  readonly after?: string
}

/** No change exactly when the versions are equal. */
export function diffPipelines(before: PipelineContent, after: PipelineContent): readonly PipelineChange[] {
  const [a, b] = [before, after]
  return [
    ...compare('folder', folderOf(a), folderOf(b)),
    ...compare('step', entries(a.manifest.steps, stepText), entries(b.manifest.steps, stepText)),
    ...orderOfSteps(a.manifest, b.manifest),
    ...compare('code', codeOf(a.files), codeOf(b.files)),
    ...compare('parameter', parametersOf(a), parametersOf(b)),
    ...compare('output', outputsOf(a), outputsOf(b)),
    ...compare('data', dataOf(a), dataOf(b)),
    ...compare('model', modelsOf(a), modelsOf(b)),
    ...compare('feature', featuresOf(a), featuresOf(b)),
    ...compare('package', packagesOf(a), packagesOf(b)),
    ...compare('seed', new Map([['seed', `${a.lock.seed}`]]), new Map([['seed', `${b.lock.seed}`]])),
  ]
}

type Texts = ReadonlyMap<string, string>

function compare(part: ChangedPart, before: Texts, after: Texts): readonly PipelineChange[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort()
  return names.flatMap((name): PipelineChange[] => {
    const [was, is] = [before.get(name), after.get(name)]
    if (was === is) return []
    const change = was === undefined ? 'added' : is === undefined ? 'removed' : 'changed'
    return [
      {
        ...{ part, name, change },
        ...(was === undefined ? {} : { before: was }),
        ...(is === undefined ? {} : { after: is }),
      },
    ]
  })
}

function entries<Item extends { readonly name: string }>(
  items: readonly Item[],
  text: (item: Item) => string,
): Texts {
  return new Map(items.map(item => [item.name, text(item)]))
}

function folderOf({ manifest }: PipelineContent): Texts {
  return new Map([['workingFolder', manifest.workingFolder ?? '.']])
}

/** What it takes and gives; its code is told apart. */
function stepText({ file, function: called, inputs, parameters, outputs }: Step): string {
  const takes = [
    ...inputs.map(({ name, from }) => `${name} of ${from.step}.${from.output}`),
    ...parameters.map(name => `parameter ${name}`),
  ].sort()
  const gives = outputs.map(({ name, codec }) => `${name} (${codec})`).sort()
  return `${file} ${called}: ${takes.join(', ') || 'nothing'} → ${gives.join(', ') || 'nothing'}`
}

function orderOfSteps(a: Manifest, b: Manifest): readonly PipelineChange[] {
  const [before, after] = [a, b].map(({ steps }) => steps.map(({ name }) => name)) as [string[], string[]]
  const isSameSet = [...before].sort().join() === [...after].sort().join()
  if (!isSameSet || before.join() === after.join()) return []
  return [
    {
      part: 'step',
      name: 'order',
      change: 'changed',
      before: before.join(' → '),
      after: after.join(' → '),
    },
  ]
}

function codeOf(files: PipelineFiles): Texts {
  return new Map(
    Object.keys(files).flatMap(path => (path.startsWith('steps/') ? [[path, text(files, path)]] : [])),
  )
}

function text(files: PipelineFiles, path: string): string {
  const content = files[path] ?? ''
  return typeof content === 'string' ? content : Buffer.from(content).toString('utf8')
}

function parametersOf({ manifest }: PipelineContent): Texts {
  return new Map(
    manifest.parameters.map(({ name, schema, default: value }) => [
      name,
      `${canonicalJson(value)} (${canonicalJson(schema)})`,
    ]),
  )
}

function outputsOf({ manifest }: PipelineContent): Texts {
  return entries(manifest.outputs, ({ step, output, codec }) => `${step}.${output} (${codec})`)
}

function dataOf({ lock }: PipelineContent): Texts {
  return new Map(
    lock.data.map(({ path, sha256, sizeBytes }) => [path, `${sizeBytes} bytes, sha256 ${sha256}`]),
  )
}

function modelsOf({ lock, files }: PipelineContent): Texts {
  return new Map(lock.models.map(({ path }) => [path, text(files, modelCopyPath(path))]))
}

function featuresOf({ lock }: PipelineContent): Texts {
  return new Map(
    Object.entries(lock.features).map(([id, feature]) => [id, `sha256 ${sha256(canonicalJson(feature))}`]),
  )
}

function packagesOf({ lock }: PipelineContent): Texts {
  return new Map(
    Object.entries(lock.packages).map(([name, { version, integrity, dependencies }]) => [
      name,
      [version, integrity, dependencies && `depends on ${dependencies}`].filter(Boolean).join(', '),
    ]),
  )
}
