/**
 * An editor without a screen, for tests and measurements: the real server in a process of its own, spoken to with
 * the protocol's own client library.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  type ClientCapabilities,
  type Diagnostic,
  type InitializeResult,
  type Position,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
  createProtocolConnection,
} from 'vscode-languageserver-protocol/node'

export interface TestClient {
  readonly connection: ProtocolConnection
  readonly capabilities: InitializeResult['capabilities']
  /** The project's folder. */
  readonly root: string
  readonly process: ChildProcess
  /** What the server logged. */
  readonly log: readonly string[]
  /** What the server asked the editor to look at again: `diagnostic`, `semanticTokens` … */
  readonly refreshes: readonly string[]
  uri(file: string): string
  /** Writes a file of the project, as another program would. */
  write(file: string, text: string): Promise<void>
  /** Opens a document in the editor; its text is not written to disk. */
  open(file: string, text: string): Promise<void>
  /** Replaces the text of an open document. */
  edit(file: string, text: string): Promise<void>
  close(file: string): Promise<void>
  changed(file: string): Promise<void>
  /** The next published diagnostics of a file that satisfy the condition. */
  diagnostics(
    file: string,
    accept?: (found: readonly Diagnostic[]) => boolean,
    timeoutMs?: number,
  ): Promise<readonly Diagnostic[]>
  /** The same of a document that is no file of the project, by its URI. */
  diagnosticsOf(
    uri: string,
    accept?: (found: readonly Diagnostic[]) => boolean,
  ): Promise<readonly Diagnostic[]>
  /** Parameters of a request about a place: where `|` stood, or after the first occurrence of a text. */
  at(file: string, text: string, word: string): { textDocument: { uri: string }; position: Position }
  stop(): Promise<void>
}

export interface TestClientOptions {
  /** Files of the project, by path. `slipway.json` is added when missing. */
  readonly files?: Readonly<Record<string, string>>
  /** A project that is there already, used as it is and kept. */
  readonly root?: string
  readonly initializationOptions?: unknown
  /** Instead of those of a usual editor. */
  readonly capabilities?: ClientCapabilities
  /** What the editor has set in the section `slipway`. */
  readonly settings?: unknown
  /** The program of the server; the source of this checkout when not said. */
  readonly main?: string
}

const sourceMain = path.resolve(import.meta.dirname, '../main.ts')

/** Starts the server over stdio on a project in a temporary folder. */
export async function startTestClient(options: TestClientOptions = {}): Promise<TestClient> {
  const root = options.root ?? (await mkdtemp(path.join(tmpdir(), 'slipway-server-')))
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true })
    await writeFile(path.join(root, file), text)
  }
  if (options.root === undefined) await write('slipway.json', '{ "language": 1 }')
  for (const [file, text] of Object.entries(options.files ?? {})) await write(file, text)

  const { main = sourceMain } = options
  const child = spawn(process.execPath, [main, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  )
  const log: string[] = []
  const refreshes: string[] = []
  const inbox = createInbox(connection)
  connection.onNotification(
    'window/logMessage',
    (params: { message: string }) => void log.push(params.message),
  )
  connection.onRequest('client/registerCapability', () => null)
  connection.onRequest('workspace/configuration', (params: { items: unknown[] }) =>
    params.items.map(() => options.settings ?? null),
  )
  for (const refresh of ['semanticTokens', 'inlayHint', 'codeLens', 'diagnostic'])
    connection.onRequest(`workspace/${refresh}/refresh`, () => {
      refreshes.push(refresh)
      return null
    })
  connection.onRequest('window/workDoneProgress/create', () => null)
  connection.listen()
  // A server that does not start is a failure and not something to wait for.
  child.once('exit', () => connection.dispose())
  const { capabilities } = await connection.sendRequest<InitializeResult>('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(root).href,
    workspaceFolders: [{ uri: pathToFileURL(root).href, name: 'project' }],
    capabilities: options.capabilities ?? usualCapabilities,
    initializationOptions: options.initializationOptions,
  })
  await connection.sendNotification('initialized', {})

  const uri = (file: string): string => pathToFileURL(path.join(root, file)).href
  const versions = new Map<string, number>()
  return {
    connection,
    capabilities,
    root,
    process: child,
    log,
    refreshes,
    uri,
    write,
    async open(file, text) {
      versions.set(file, 1)
      const textDocument = { uri: uri(file), languageId: 'slipway', version: 1, text }
      await connection.sendNotification('textDocument/didOpen', { textDocument })
    },
    async edit(file, text) {
      const version = (versions.get(file) ?? 1) + 1
      versions.set(file, version)
      const textDocument = { uri: uri(file), version }
      await connection.sendNotification('textDocument/didChange', {
        textDocument,
        contentChanges: [{ text }],
      })
    },
    close: file => connection.sendNotification('textDocument/didClose', { textDocument: { uri: uri(file) } }),
    changed: file =>
      connection.sendNotification('workspace/didChangeWatchedFiles', {
        changes: [{ uri: uri(file), type: 2 }],
      }),
    diagnostics: (file, accept = () => true, timeoutMs) => inbox.next(uri(file), accept, timeoutMs),
    diagnosticsOf: (asked, accept = () => true) => inbox.next(asked, accept),
    at: (file, text, word) => ({ textDocument: { uri: uri(file) }, position: positionAfter(text, word) }),
    async stop() {
      const ended = child.exitCode === null ? once(child, 'exit') : undefined
      await connection.sendRequest('shutdown').catch(() => undefined)
      await connection.sendNotification('exit').catch(() => undefined)
      await ended
      if (options.root === undefined) await rm(root, { recursive: true, force: true })
    },
  }
}

/** Of an editor that is told of diagnostics. */
export const usualCapabilities = {
  workspace: { workspaceFolders: true, didChangeWatchedFiles: { dynamicRegistration: true } },
  textDocument: {
    completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown'] } },
    hover: { contentFormat: ['markdown'] },
    publishDiagnostics: { codeDescriptionSupport: true, relatedInformation: true, versionSupport: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    rename: { prepareSupport: true },
  },
} satisfies ClientCapabilities

interface Inbox {
  next(
    uri: string,
    accept: (found: readonly Diagnostic[]) => boolean,
    timeoutMs?: number,
  ): Promise<readonly Diagnostic[]>
}

/** Published diagnostics, kept until a test asks for them. */
function createInbox(connection: ProtocolConnection): Inbox {
  const kept: PublishDiagnosticsParams[] = []
  let wake: () => void = () => {}
  connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
    kept.push(params)
    wake()
  })
  return {
    async next(uri, accept, timeoutMs = 30_000) {
      const deadline = Date.now() + timeoutMs
      for (;;) {
        const index = kept.findIndex(params => params.uri === uri && accept(params.diagnostics))
        if (index >= 0) {
          const found = kept[index]!
          // What was said of it before has passed by.
          for (let i = index; i >= 0; i--) if (kept[i]!.uri === uri) kept.splice(i, 1)
          return found.diagnostics
        }
        if (Date.now() > deadline)
          throw new Error(`No such diagnostics of ${uri}; got ${JSON.stringify(kept)}`)
        await new Promise<void>(resolve => {
          const timer = setTimeout(resolve, 200)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
    },
  }
}

/** The position after the first occurrence of a word, or where `|` stands in it. */
export function positionAfter(text: string, word: string): Position {
  const bar = word.indexOf('|')
  const plain = word.replace('|', '')
  const found = text.indexOf(plain)
  if (found < 0) throw new Error(`No ${JSON.stringify(plain)} in the text`)
  const before = text.slice(0, found + (bar < 0 ? plain.length : bar)).split('\n')
  return { line: before.length - 1, character: before.at(-1)!.length }
}
