/** Runs tests of models by the command line, file by file, and tells the Test Explorer what came of each. */
import { relative } from 'node:path'
import * as vscode from 'vscode'
import { CliFailure, runCli } from '../commands/cli.ts'
import type { Services } from '../context.ts'
import { projectOf } from '../project.ts'
import type { Expectation, TestDocument, TestOutcome } from './results.ts'

export interface TestRunOptions {
  readonly services: Services
  readonly controller: vscode.TestController
  readonly request: vscode.TestRunRequest
  readonly token: vscode.CancellationToken
}

/** Comes back when all have an outcome or the run was cancelled. */
export async function runTests({ services, controller, request, token }: TestRunOptions): Promise<void> {
  const run = controller.createTestRun(request)
  const abort = new AbortController()
  const listeners = [token, run.token].map(each => each.onCancellationRequested(() => abort.abort()))
  try {
    const roots = request.include ?? [...controller.items].map(([, item]) => item)
    const tests = leaves(roots, new Set(request.exclude))
    tests.forEach(test => run.enqueued(test))
    for (const [file, items] of Map.groupBy(tests, test => test.uri?.toString() ?? '')) {
      if (abort.signal.aborted) break
      await runFile({ services, run, uri: vscode.Uri.parse(file), items, signal: abort.signal })
    }
  } finally {
    listeners.forEach(each => each.dispose())
    run.end()
  }
}

/** Tests have no children; what has none and is no test has gone meanwhile. */
function leaves(
  items: readonly vscode.TestItem[],
  excluded: ReadonlySet<vscode.TestItem>,
): readonly vscode.TestItem[] {
  return items.flatMap(item => {
    if (excluded.has(item)) return []
    const children = [...item.children].map(([, child]) => child)
    return children.length ? leaves(children, excluded) : [item]
  })
}

interface FileRun {
  readonly services: Services
  readonly run: vscode.TestRun
  readonly uri: vscode.Uri
  readonly items: readonly vscode.TestItem[]
  readonly signal: AbortSignal
}

async function runFile({ services, run, uri, items, signal }: FileRun): Promise<void> {
  const root = projectOf(uri)
  if (root === undefined) return items.forEach(item => run.errored(item, new vscode.TestMessage(noProject)))
  await saveFile(uri)
  items.forEach(item => run.started(item))
  const rows = vscode.workspace.getConfiguration('slipway', uri).get('sampleRows', 50_000)
  const file = relative(root, uri.fsPath).replaceAll('\\', '/')
  const say = (line: string): void => run.appendOutput(`${line}\r\n`)
  say(`slipway test ${file}`)
  try {
    const { tests } = await runCli<TestDocument>(['test', file, '--rows', String(rows)], {
      root,
      signal,
      onProgress: say,
      accepts: [0, 1],
    })
    for (const item of items) show(run, item, uri, outcomeOf(item, tests))
  } catch (error) {
    if (signal.aborted) return items.forEach(item => run.skipped(item))
    services.output.error(`tests of ${file}: ${String(error)}`)
    const message = new vscode.TestMessage(messageOf(error))
    items.forEach(item => run.errored(item, message))
  }
}

const noProject = 'Tests run in a Slipway project: a folder with a slipway.json.'

function outcomeOf(item: vscode.TestItem, tests: readonly TestOutcome[]): TestOutcome | undefined {
  return tests.find(({ model, name }) => name === item.label && model === item.parent?.label)
}

function show(
  run: vscode.TestRun,
  item: vscode.TestItem,
  uri: vscode.Uri,
  outcome: TestOutcome | undefined,
): void {
  if (!outcome) return run.errored(item, new vscode.TestMessage('The file declares no such test any more.'))
  const { state, durationMs, expectations, problem } = outcome
  const met = expectations.map(({ text, met, actual }) => `${met ? '✓' : '✗'} ${text} (${actual})`)
  run.appendOutput(
    [`${item.label}: ${state}`, ...met.map(line => `  ${line}`), ''].join('\r\n'),
    undefined,
    item,
  )
  if (state === 'passed') return run.passed(item, durationMs)
  if (state === 'errored')
    return run.errored(item, new vscode.TestMessage(problem ?? 'no reason given'), durationMs)
  run.failed(
    item,
    expectations.filter(({ met }) => !met).map(each => failure(uri, each)),
    durationMs,
  )
}

function failure(uri: vscode.Uri, { text, expected, actual, start, end }: Expectation): vscode.TestMessage {
  // VS Code shows the message beside the line; as a diff it would show no more than the two values.
  const sides = text.includes(expected) ? '' : ` (${expected})`
  const message = new vscode.TestMessage(`Expected ${text}${sides}, got ${actual}.`)
  const range = new vscode.Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1)
  message.location = new vscode.Location(uri, range)
  return message
}

function messageOf(error: unknown): string {
  if (!(error instanceof CliFailure)) return String(error)
  return error.message.startsWith(error.code) ? error.message : `${error.code}: ${error.message}`
}

async function saveFile(uri: vscode.Uri): Promise<void> {
  const open = vscode.workspace.textDocuments.find(document => document.uri.toString() === uri.toString())
  if (open?.isDirty) await open.save()
}
