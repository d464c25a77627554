/** slipway.json: where a project begins, and what it is set to. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import Schema from 'typebox/schema'
import { checkConfig, languageVersion, languageVersions, type LanguageVersion } from '../language/config.ts'
import type { Diagnostic } from '../language/index.ts'
import { LibraryError, messageOf } from './errors.ts'
import configSchema from './slipway.schema.json' with { type: 'json' }

export const configFile = 'slipway.json'

/** slipway.json, with defaults filled in. */
export interface ProjectConfig {
  /** The version of the language in use: the one asked for, or the newest when that is not known. */
  readonly language: LanguageVersion
  /** The folder that holds the data, relative to the root. */
  readonly data: string
  /** `embedded`, or a file relative to the root. */
  readonly catalog: string
  readonly backend: 'embedded' | { readonly url: string; readonly tokenFile?: string }
  readonly engine: 'duckdb'
}

export interface ConfigFile {
  readonly config: ProjectConfig
  /** As it stands in the file; empty when there is none. */
  readonly text: string
  /** What is wrong and stops nothing: a version of the language that is not known. */
  readonly diagnostics: readonly Diagnostic[]
}

/** slipway.json of a folder. @throws LIB101 */
export async function readConfig(root: string): Promise<ProjectConfig> {
  return (await readConfigFile(root)).config
}

/** The same, with what it is read from. A folder without the file has every default. @throws LIB101 */
export async function readConfigFile(root: string): Promise<ConfigFile> {
  const file = join(root, configFile)
  const text = existsSync(file) ? await readFile(file, 'utf8') : ''
  const said =
    text === '' && !existsSync(file) ? { language: languageVersion(undefined) } : parseConfig(text, file)
  const backend = said.backend ?? 'embedded'
  return {
    text,
    diagnostics: checkConfig(text, configFile),
    config: {
      language: languageVersion(said.language),
      data: said.data ?? 'data',
      catalog: said.catalog ?? 'embedded',
      backend: backend === 'embedded' || typeof backend !== 'string' ? backend : { url: backend },
      engine: 'duckdb',
    },
  }
}

/** Where a project's catalog is kept, absolute. */
export function catalogFile(root: string, config: Pick<ProjectConfig, 'catalog'>): string {
  return config.catalog === 'embedded' ? join(root, '.slipway', 'catalog.db') : resolve(root, config.catalog)
}

/** As it stands in the file; the schema says which of these may be there. */
interface ConfigText {
  readonly language: number
  readonly data?: string
  readonly catalog?: string
  readonly backend?: string | { readonly url: string; readonly tokenFile?: string }
}

function parseConfig(text: string, file: string): ConfigText {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new LibraryError('LIB101', `Expected JSON in ${file}: ${messageOf(cause)}`, { cause })
  }
  const { $schema: _, ...schema } = configSchema
  const [isValid, errors] = Schema.Errors(schema as never, withKnownLanguage(value))
  if (isValid) return value as ConfigText
  // Of a setting that does not exist, the second error says what the first one means.
  const first = errors.find(({ keyword }) => keyword !== 'boolean') ?? errors[0]
  throw new LibraryError(
    'LIB101',
    `Expected slipway.json as its schema says, in ${file}${placeOf(first)}: ${describe(first)}.`,
  )
}

/** A version that is not known is one diagnostic (SLIP406) and no second error. */
function withKnownLanguage(value: unknown): unknown {
  const isVersion =
    typeof value === 'object' && value !== null && 'language' in value && typeof value.language === 'number'
  return isVersion ? { ...value, language: languageVersions[0] } : value
}

type SchemaError = ReturnType<typeof Schema.Errors>[1][number]

function placeOf(error: SchemaError | undefined): string {
  return error?.instancePath ? ` at ${error.instancePath}` : ''
}

/** Of several shapes that a value may have, an error of one says nothing. */
const expectedBackend =
  'expected "embedded", an address that begins with http:// or https://, or { "url": address, "tokenFile": file }'

function describe(error: SchemaError | undefined): string {
  if (error?.instancePath.startsWith('/backend')) return expectedBackend
  const { message = 'it does not fit', params } = error ?? {}
  const { additionalProperties, allowedValues, requiredProperties } = (params ?? {}) as {
    readonly additionalProperties?: readonly string[]
    readonly allowedValues?: readonly unknown[]
    readonly requiredProperties?: readonly string[]
  }
  if (additionalProperties?.length)
    return `there is no setting ${additionalProperties.join(', ')}; there are ${Object.keys(configSchema.properties).slice(1).join(', ')}`
  if (requiredProperties?.includes('language'))
    return `"language" is missing; write "language": ${languageVersion(undefined)}`
  if (allowedValues) return `expected ${allowedValues.map(value => JSON.stringify(value)).join(' or ')}`
  return message
}
