/** *Report a Problem*: shows what a report would say before anything leaves the editor. */
import { open } from 'node:fs/promises'
import { homedir, hostname, platform, release, userInfo } from 'node:os'
import * as vscode from 'vscode'
import type { LanguageServices } from '../context.ts'
import { currentProject } from '../project.ts'
import { runCli } from './cli.ts'
import { type Places, reportText } from './report-text.ts'

/** Of a log, no more than this is read. */
const maxBytes = 64 * 1024

interface Manifest {
  readonly version: string
  readonly bugs?: string | { readonly url?: string }
  readonly contributes: {
    readonly configuration: readonly { readonly properties: Readonly<Record<string, unknown>> }[]
  }
}

export async function report({ extension, output, language }: LanguageServices): Promise<void> {
  const manifest = extension.extension.packageJSON as Manifest
  const text = reportText(
    {
      versions: {
        Slipway: manifest.version,
        'Visual Studio Code': `${vscode.version} (${vscode.env.appName}, ${vscode.env.appHost})`,
        Node: process.versions.node,
        System: `${platform()} ${release()} ${process.arch}`,
        'Language server': language.state,
        Workspace: vscode.workspace.isTrusted ? 'trusted' : 'restricted',
      },
      settings: changedSettings(manifest),
      commandLine: await commandLineReport(output),
      logs: { Log: await readTail(extension.logUri) },
    },
    places(),
  )
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: text })
  await vscode.window.showTextDocument(document)
  await offer(document, issuePage(manifest))
}

/** The text may be edited first: what is in the editor when a button is pressed is what counts. */
async function offer(document: vscode.TextDocument, page: string | undefined): Promise<void> {
  const question = 'Read the report, and take out what you do not want to send. Nothing has been sent.'
  const buttons = ['Copy', ...(page === undefined ? [] : ['Copy and Open Issue Page'])]
  const chosen = await vscode.window.showInformationMessage(question, ...buttons)
  if (chosen === undefined) return
  await vscode.env.clipboard.writeText(document.getText())
  if (chosen !== 'Copy' && page !== undefined) await vscode.env.openExternal(vscode.Uri.parse(page))
}

function issuePage({ bugs }: Manifest): string | undefined {
  return typeof bugs === 'string' ? bugs : bugs?.url
}

function changedSettings({ contributes }: Manifest): Readonly<Record<string, unknown>> {
  const names = contributes.configuration.flatMap(({ properties }) => Object.keys(properties))
  const all = vscode.workspace.getConfiguration()
  const changed = names.flatMap(name => {
    const value: unknown = all.get(name)
    const same = JSON.stringify(value) === JSON.stringify(all.inspect(name)?.defaultValue)
    return same ? [] : [[name, value] as const]
  })
  return Object.fromEntries(changed)
}

/** What `slipway report` says of the project and of this machine; not in a restricted workspace. */
async function commandLineReport(output: vscode.LogOutputChannel): Promise<string> {
  if (!vscode.workspace.isTrusted) return '## Project\n\nThe workspace is restricted.'
  const root = currentProject()
  if (root === undefined) return '## Project\n\nNo project is open.'
  try {
    const { text } = await runCli<{ readonly text: string }>(['report'], {
      root,
      signal: AbortSignal.timeout(30_000),
      onProgress: line => output.debug(line),
    })
    return text
  } catch (error) {
    return `## Project\n\nThe project could not be described: ${String(error)}`
  }
}

/** The end of the extension's log file. */
async function readTail(folder: vscode.Uri): Promise<string> {
  const file = vscode.Uri.joinPath(folder, 'Slipway.log').fsPath
  try {
    await using handle = await open(file)
    const { size } = await handle.stat()
    const length = Math.min(size, maxBytes)
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length)
    return buffer.toString('utf8')
  } catch (error) {
    return `The log could not be read: ${String(error)}`
  }
}

function places(): Places {
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath)
  return { home: homedir(), folders, user: userInfo().username, host: hostname() }
}
