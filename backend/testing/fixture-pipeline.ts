/** A small promoted pipeline for tests: three steps that pass JSON on, with a parameter and a data file. */
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  lockFile,
  manifestFile,
  pipelineFormat,
  printPipelineJson,
  type Lock,
  type Manifest,
} from '../../promote/manifest.ts'
import { pipelineVersion } from '../../promote/version.ts'

export interface Fixture {
  readonly name: string
  readonly version: string
  /** By project-relative path. */
  readonly files: Readonly<Record<string, string>>
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** Rows x,y where y is 1 more often for greater x. */
const data = [
  'x,y',
  ...Array.from({ length: 40 }, (_, i) => `${i},${(i * 7 + (i > 20 ? 5 : 0)) % 9 > 4 ? 1 : 0}`),
]

const collect = `import { readFile } from 'node:fs/promises'

export async function collect() {
  const lines = (await readFile('data/rows.csv', 'utf8')).trim().split('\\n').slice(1)
  for (let i = 0; i < lines.length; i += 10) console.log('read', i)
  return { rows: lines.map(line => line.split(',').map(Number)) }
}
`

const fit = `import { sigmoid } from './shared.ts'

export async function fit({ rows, rate, pauseMs }: { rows: number[][]; rate: number; pauseMs: number }) {
  let [weight, bias] = [0, 0]
  for (let round = 0; round < 20; round++) {
    for (const [x, y] of rows) {
      const gradient = sigmoid(weight * x! + bias) - y!
      weight -= rate * gradient * x!
      bias -= rate * gradient
    }
    console.log(\`round \${round} weight \${weight}\`)
    await new Promise(resolve => setTimeout(resolve, pauseMs))
  }
  return { model: { weight, bias } }
}
`

const shared = `export const sigmoid = (z: number) => 1 / (1 + Math.exp(-z))
`

const judge = `import { sigmoid } from './shared.ts'

export function judge({ rows, model, failing }: Judged) {
  if (failing) throw new RangeError('the model is told to fail')
  const right = rows.filter(([x, y]) => (sigmoid(model.weight * x! + model.bias) > 0.5) === (y === 1)).length
  return { accuracy: right / rows.length }
}

interface Judged {
  rows: number[][]
  model: { weight: number; bias: number }
  failing: boolean
}
`

/** \`edit\` changes step code, for versions that differ. */
export function fixturePipeline(
  options: { readonly edit?: (code: string) => string; readonly pauseMs?: number } = {},
) {
  const edit = options.edit ?? (code => code)
  const own: Record<string, string> = {
    'steps/collect.ts': collect,
    'steps/fit.ts': edit(fit),
    'steps/judge.ts': judge,
    'steps/shared.ts': shared,
  }
  const text = data.join('\n')
  const lock: Lock = {
    format: pipelineFormat,
    data: [{ path: 'data/rows.csv', sha256: sha256(text), sizeBytes: text.length }],
    models: [],
    features: {},
    packages: {},
    seed: 7,
    fixtures: {},
  }
  const manifest = manifestOf(options.pauseMs ?? 0)
  const version = pipelineVersion(manifest, lock, own)
  const files: Record<string, string> = { 'data/rows.csv': text, 'slipway.json': '{ "language": 1 }\n' }
  const prefix = 'pipelines/tiny/'
  for (const [path, content] of Object.entries(own)) files[prefix + path] = content
  files[prefix + manifestFile] = printPipelineJson({ ...manifest, version })
  files[prefix + lockFile] = printPipelineJson(lock)
  return { name: 'tiny', version, files } satisfies Fixture
}

/** Writes the project's files below a folder. */
export async function writeFixture(folder: string, { files }: Fixture): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

function manifestOf(pauseMs: number): Manifest {
  const from = (step: string, output: string) => ({ name: output, from: { step, output } })
  return {
    format: pipelineFormat,
    name: 'tiny',
    version: `sha256:${'0'.repeat(64)}`,
    parameters: [
      { name: 'rate', schema: { type: 'number', minimum: 0 }, default: 0.01 },
      { name: 'pauseMs', schema: { type: 'integer' }, default: pauseMs },
      { name: 'failing', schema: { type: 'boolean' }, default: false },
    ],
    steps: [
      {
        name: 'collect',
        file: 'steps/collect.ts',
        function: 'collect',
        inputs: [],
        parameters: [],
        outputs: [{ name: 'rows', codec: 'json' }],
        cells: [],
      },
      {
        name: 'fit',
        file: 'steps/fit.ts',
        function: 'fit',
        inputs: [from('collect', 'rows')],
        parameters: ['rate', 'pauseMs'],
        outputs: [{ name: 'model', codec: 'json' }],
        cells: [],
      },
      {
        name: 'judge',
        file: 'steps/judge.ts',
        function: 'judge',
        inputs: [from('collect', 'rows'), from('fit', 'model')],
        parameters: ['failing'],
        outputs: [{ name: 'accuracy', codec: 'json' }],
        cells: [],
      },
    ],
    outputs: [
      { name: 'model', step: 'fit', output: 'model', codec: 'json' },
      { name: 'accuracy', step: 'judge', output: 'accuracy', codec: 'json' },
    ],
  }
}
