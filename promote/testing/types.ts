/** For tests: small declarations of what cells import, notebooks from text, a project held in memory. */
import type { ProjectView } from '../lock.ts'
import type { DeclarationCache, TypesOf } from '../slice/program.ts'
import { sha256 } from '../version.ts'

const slipway = `
export declare class Table {
  rows(): Promise<Record<string, string | number | boolean | null>[]>
  count(): Promise<number>
  toDanfo(): Promise<import('danfojs-node').DataFrame>
  writeParquet(path: string): Promise<void>
}
export declare class TrainedModel {
  readonly metrics: Record<'train' | 'validation' | 'test', Record<string, number>>
  score(rows: readonly object[]): Promise<object[]>
}
export declare class Model {
  train(options?: { rows?: number | 'all'; observations?: Table; seed?: number }): Promise<TrainedModel>
}
export declare function read(path: string): Table
export declare function sql(strings: TemplateStringsArray, ...values: unknown[]): Table
export declare function model(reference: string): Model
export declare function plot(data: Table, spec: object): object
`

const danfo = `
export declare class NDframe {
  print(): void
  values: number[][] | number[]
}
export declare class Series extends NDframe { mean(): number }
export declare class DataFrame extends NDframe {
  [column: string]: any
  constructor(data: unknown)
  head(n?: number): DataFrame
  describe(): DataFrame
  drop(options: { columns?: string[]; inplace?: boolean }): DataFrame
  fillNa(value: unknown, options?: { inplace?: boolean }): DataFrame
  addColumn(name: string, values: unknown, options?: { inplace?: boolean }): DataFrame
  column(name: string): Series
  shape: number[]
}
export declare function readCSV(path: string): Promise<DataFrame>
export declare function toCSV(frame: DataFrame, options?: { filePath?: string }): string
`

/** Packages of nobody: no stub tells what they do. */
const strange = `
export declare function mystery(value: unknown): any
export declare class Registry { add(value: unknown): void; first(): any }
`

const texts: Readonly<Record<string, string>> = { slipway, 'danfojs-node': danfo, strange }

export const testTypes: TypesOf = specifier => {
  const text = texts[specifier]
  return text === undefined ? undefined : { text }
}

/** No packages of its own, so that the declarations above are found; Node's are taken from this checkout. */
export const testFolder = new URL('..', import.meta.url).pathname.replace(
  /\/promote\/$/,
  '/promote/testing/project',
)

export function createTestCache(): DeclarationCache {
  return new Map()
}

export interface TestCell {
  readonly id?: string
  readonly source: string
  readonly output?: string
  readonly kind?: 'code' | 'markdown'
}

/** The JSON text of a notebook. @param log cell ids with what ran, when it is not the cells from top to bottom */
export function notebookText(
  cells: readonly (TestCell | string)[],
  log?: readonly { readonly cell: string; readonly source: string }[],
): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: log ? { slipway: { log } } : {},
    cells: cells.map((given, i) => {
      const cell = typeof given === 'string' ? { source: given } : given
      return {
        id: cell.id ?? `c${i}`,
        cell_type: cell.kind ?? (cell.source.startsWith('#') ? 'markdown' : 'code'),
        source: cell.source,
        metadata: cell.output === undefined ? {} : { slipway: { output: cell.output } },
        outputs: [],
      }
    }),
  })
}

/** What `propose` needs beside a notebook; slices of one request share what they know of packages. */
export function createTestRequest() {
  return {
    ...{ name: 'demo', folder: testFolder, typesOf: testTypes, project: testProject },
    cache: createTestCache(),
  }
}

/** Every data file is there, its content being its path. */
export const testProject: ProjectView = {
  async data(path) {
    return path.includes('missing') ? [] : [{ path, sha256: sha256(path), sizeBytes: path.length }]
  },
  async model(reference, cells) {
    const plan = { sources: {}, catalogFeatures: {} }
    const files = Object.entries(cells ?? { [reference]: `// ${reference}\n` })
    return { files: files.map(([path, text]) => ({ path, text })), plan: plan as never }
  },
  async models() {
    return ['late', 'early']
  },
  async packageVersion(name) {
    return { version: name === 'danfojs-node' ? '1.2.0' : '1.0.0', integrity: `sha512-${name}` }
  },
}
