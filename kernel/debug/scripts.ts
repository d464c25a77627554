/** The scripts that V8 knows, whose they are, and where their places are in the user's texts. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, isAbsolute, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Debugger } from 'node:inspector'
import { decode } from '@jridgewell/sourcemap-codec'
import type { Installation } from '../../library/installation.ts'
import type { Position } from '../session/positions.ts'
import type { DecodedMappings } from '../session/rewrite.ts'
import type { Cells } from './cells.ts'
import { cellPath } from './code-id.ts'
import type { Inspect } from './inspector.ts'
import { userPosition, type MappedText } from './places.ts'

/** `cell` and `file` are the user's; `library` is a package; everything else runs the cells. */
export type ScriptKind = 'cell' | 'file' | 'library' | 'internal'

export interface Script {
  readonly id: string
  readonly kind: ScriptKind
  readonly hash: string
  readonly isModule: boolean
  /** As it is called in stack traces. */
  readonly name: string
  /** Where the client finds the text. */
  readonly path: string
  /** Whether V8's text is another one than the user's, with a map from one to the other. */
  readonly isMapped: boolean
}

export interface Scripts {
  parsed(event: Debugger.ScriptParsedEventDataType): Script
  get(id: string): Script | undefined
  /** The newest of this name, as V8 calls it. */
  called(url: string): Script | undefined
  isUsers(id: string): boolean
  atPath(path: string): readonly Script[]
  all(): readonly Script[]
  /** What V8 runs. */
  code(id: string): Promise<string>
  /** The place in the user's text; undefined in text of ours. */
  position(id: string, at: Position): Promise<Position | undefined>
  mapped(id: string): Promise<MappedText>
  forget(): void
}

export interface ScriptsOptions {
  readonly inspect: Inspect
  readonly cells: Cells
  readonly installation: Installation
}

export function createScripts({ inspect, cells, installation }: ScriptsOptions): Scripts {
  const scripts = new Map<string, Script>()
  const events = new Map<string, Debugger.ScriptParsedEventDataType>()
  const codes = new Map<string, Promise<string>>()
  const texts = new Map<string, Promise<MappedText>>()

  function code(id: string): Promise<string> {
    const found = codes.get(id)
    if (found) return found
    const asked = inspect<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId: id }).then(
      ({ scriptSource }) => scriptSource,
    )
    codes.set(id, asked)
    asked.catch(() => codes.delete(id))
    return asked
  }

  async function read(id: string): Promise<MappedText> {
    const script = scripts.get(id)
    const event = events.get(id)
    const cell =
      script?.kind === 'cell' && event
        ? cells.ofScript({ url: event.url, length: event.length ?? 0 })
        : undefined
    const text = await code(id)
    const lines = text.split('\n')
    if (cell)
      return {
        lines,
        original: cell.source.split('\n'),
        maps: cell.maps,
        isCell: cell.code.startsWith('(function('),
      }
    const maps = event?.sourceMapURL && script?.isMapped ? readSourceMap(event.sourceMapURL) : []
    return { lines, original: maps.length ? [] : lines, maps, isCell: false }
  }

  function mapped(id: string): Promise<MappedText> {
    const found = texts.get(id)
    if (found) return found
    const asked = read(id)
    texts.set(id, asked)
    asked.catch(() => texts.delete(id))
    return asked
  }

  return {
    parsed(event) {
      const script = describe(event, { cells, installation })
      scripts.set(script.id, script)
      events.set(script.id, event)
      return script
    },
    get: id => scripts.get(id),
    called(url) {
      const event = [...events.values()].findLast(e => e.url === url || e.url === asUrl(url))
      return event && scripts.get(event.scriptId)
    },
    isUsers: id => isUsersKind(scripts.get(id)?.kind),
    atPath: path => [...scripts.values()].filter(script => script.path === path),
    all: () => [...scripts.values()],
    code,
    async position(id, at) {
      return userPosition(await mapped(id), at)
    },
    mapped,
    forget() {
      for (const table of [scripts, events, codes, texts]) table.clear()
    },
  }
}

export const isUsersKind = (kind: ScriptKind | undefined) => kind === 'cell' || kind === 'file'

const inlineMap = /^data:application\/json[^,]*?(;base64)?,(.*)$/s

function describe(
  event: Debugger.ScriptParsedEventDataType,
  { cells, installation }: Pick<ScriptsOptions, 'cells' | 'installation'>,
): Script {
  const { scriptId: id, url, hash, isModule = false, sourceMapURL = '' } = event
  const common = { id, hash, isModule, isMapped: false }
  if (/^Cell\[\d+(#[^\]]*)?\]$/.test(url)) {
    const cell = cells.ofScript({ url, length: event.length ?? 0 })
    return {
      ...common,
      kind: 'cell',
      name: url.replace(/#.*$/, ']'),
      path: cell ? cellPath(cell.source) : url,
    }
  }
  const path = filePath(url)
  if (path === undefined || isOwn(path, installation))
    return { ...common, kind: 'internal', name: url || '(anonymous)', path: path ?? url }
  const kind = /[\\/]node_modules[\\/]/.test(path) ? 'library' : 'file'
  const isMapped = kind === 'file' && inlineMap.test(sourceMapURL)
  return { ...common, kind, isMapped, name: basename(path), path }
}

/** V8's inspector calls files by their address, stack traces by their path at times. */
const asUrl = (name: string) => (isAbsolute(name) ? pathToFileURL(name).href : name)

function filePath(url: string): string | undefined {
  if (!url.startsWith('file:')) return undefined
  try {
    return fileURLToPath(url.replace(/[?#].*$/, ''))
  } catch {
    return undefined
  }
}

const ownFolders = [
  'library',
  'language',
  'engine',
  'catalog',
  'kernel',
  'promote',
  'backend',
  'node_modules',
]

/** Whether a file is this installation's and not the user's. */
export function isOwn(path: string, { root, packaged }: Installation): boolean {
  return (packaged ? ['dist', 'node_modules'] : ownFolders).some(folder =>
    path.startsWith(join(root, folder, '/')),
  )
}

/** Patterns of what steps pass over: all but cells and the user's files. */
export function skipPatterns(
  installation: Installation,
  { withLibraries }: { withLibraries: boolean },
): string[] {
  const root = pathToFileURL(installation.root).href.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const folders = installation.packaged ? ['dist', 'node_modules'] : ownFolders
  const libraries = withLibraries ? [] : ['/node_modules/']
  return ['^(?!Cell\\[|file:)', `^${root}/(${folders.join('|')})/`, '^Cell\\[\\d+\\]\\.', ...libraries]
}

/** The map that a compiled file carries. */
function readSourceMap(url: string): DecodedMappings[] {
  const [, base64, data = ''] = inlineMap.exec(url) ?? []
  try {
    const text = base64 ? Buffer.from(data, 'base64').toString('utf8') : decodeURIComponent(data)
    const { mappings } = JSON.parse(text) as { mappings: string }
    return [decode(mappings)]
  } catch {
    return []
  }
}

/** A file's text for a client that asks for it. */
export function readSource(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}
