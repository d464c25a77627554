/**
 * The tab in which a notebook is promoted, one per notebook: shows the proposal, takes a person's edits of it, writes
 * and verifies it by the command line, and shows what came of it.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import * as vscode from 'vscode'
import type { PreviewAnswer } from '../../cli/assist/messages.ts'
import type { OutputEdit } from '../../promote/index.ts'
import type {
  FromPromotionPage,
  Shown,
  ShownVerdict,
  ShownVerification,
  ToPromotionPage,
  VerifyOn,
} from '../../web/promotion/messages.ts'
import { CliFailure, runCli } from '../commands/cli.ts'
import type { Services } from '../context.ts'
import { createPage } from '../pages/webview.ts'
import { DisposableStore } from '../support/disposables.ts'
import type { Assistant } from './assistant.ts'
import { revealCell } from './cell-commands.ts'
import { namesCells } from './cell-marks.ts'
import {
  createHistory,
  doEdit,
  isEdited,
  keptConstants,
  present,
  redo,
  resetEdits,
  undo,
  type EditHistory,
} from './edits.ts'
import { applyCellEdits } from './cell-edits.ts'
import { ProposalDocuments } from './files.ts'
import { notebookText, promotionId } from './notebook-text.ts'

/** How long the notebook must be left alone before the proposal is made anew. */
const quietMs = 700

export interface PromotionPageOptions {
  readonly services: Services
  readonly assistant: Assistant
  readonly notebook: vscode.NotebookDocument
  /** The project's root. */
  readonly root: string
  /** Submits a pipeline by its name. */
  submit(name: string): unknown
}

/** What `slipway promote --json` answers, as far as it is shown. */
interface Promotion {
  readonly name: string
  readonly version: string
  readonly folder: string
  readonly outputs: readonly (Omit<ShownVerdict, 'differences'> & {
    readonly differences?: readonly unknown[]
  })[]
  readonly written: boolean
  readonly conflicts?: readonly string[]
  readonly verification?: ShownVerification
}

/** Where verification leaves what a person reads, in the pipeline's folder. */
const reportFile = 'tests/verification.md'

export class PromotionPage implements vscode.Disposable {
  readonly #options: PromotionPageOptions
  readonly #panel: vscode.WebviewPanel
  readonly #owned = new DisposableStore()
  readonly #documents: ProposalDocuments
  /** As the files were before conflicts were written. */
  readonly #conflicted: ProposalDocuments
  #history: EditHistory | undefined
  #name: string | undefined
  #promotes: 'log' | 'document' = 'log'
  #answer: PreviewAnswer | undefined
  #asking = false
  #again = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #run: AbortController | undefined

  constructor(options: PromotionPageOptions, key: string) {
    this.#options = options
    const { notebook, services } = options
    const title = `Promote: ${basename(notebook.uri.path)}`
    this.#panel = createPage({ extension: services.extension, bundle: 'promotion-page', title })
    this.#documents = this.#owned.add(new ProposalDocuments(key))
    this.#conflicted = this.#owned.add(new ProposalDocuments(`${key}-conflicts`))
    this.#owned.add(
      this.#panel.webview.onDidReceiveMessage((message: FromPromotionPage) => void this.#receive(message)),
    )
    this.#owned.add(
      vscode.workspace.onDidChangeNotebookDocument(event => {
        const isText = event.cellChanges.some(({ document, metadata }) => document ?? metadata)
        const isOurs = event.notebook.uri.toString() === notebook.uri.toString()
        if (isOurs && (isText || event.contentChanges.length > 0 || event.metadata)) this.#readSoon()
      }),
    )
    this.#owned.add(
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        const { folder } = this.#answer ?? {}
        if (folder !== undefined && uri.fsPath.startsWith(folder)) this.#readSoon()
      }),
    )
  }

  get onDidDispose(): vscode.Event<void> {
    return this.#panel.onDidDispose
  }

  reveal(): void {
    this.#panel.reveal()
  }

  /** Gives only this, as a lens at a cell asks for it. One more edit that can be undone. */
  giveOnly(output: OutputEdit): void {
    this.#history = doEdit(this.#history ?? createHistory({ format: 1 }), {
      kind: 'outputs',
      outputs: [output],
    })
    void this.#read()
  }

  dispose(): void {
    clearTimeout(this.#timer)
    this.#run?.abort()
    this.#owned.dispose()
    this.#panel.dispose()
  }

  #send(message: ToPromotionPage): void {
    void this.#panel.webview.postMessage(message)
  }

  #readSoon(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#read(), quietMs)
  }

  /** Asks for the proposal as notebook and edits are now. One question at a time. */
  async #read(): Promise<void> {
    if (this.#asking) {
      this.#again = true
      return
    }
    this.#asking = true
    this.#again = false
    this.#send({ type: 'reading' })
    try {
      const answer = await this.#options.assistant.ask('preview', {
        file: this.#options.notebook.uri.fsPath,
        text: notebookText(this.#options.notebook),
        ...(this.#name !== undefined && { name: this.#name }),
        ...(this.#history && { edits: present(this.#history) }),
        history: this.#promotes,
      })
      this.#history ??= createHistory(answer.edits)
      this.#answer = answer
      this.#documents.update({ folder: answer.folder, files: answer.preview?.files ?? [] })
      this.#send({ type: 'proposal', shown: this.#shown(answer) })
    } catch (error) {
      this.#options.services.output.error(`promotion: ${String(error)}`)
      this.#send({ type: 'problem', message: messageOf(error), outputs: [], findings: [], during: 'reading' })
    }
    this.#asking = false
    if (this.#again) await this.#read()
  }

  #shown(answer: PreviewAnswer): Shown {
    const { notebook, root } = this.#options
    const history = this.#history ?? createHistory(answer.edits)
    const edits = present(history)
    const { name, version, preview, diagnostics, kept, dropped, assumptions, trims, edited } = answer
    const files = preview?.files ?? []
    const nameCell = namesCells(notebook)
    return {
      notebook: basename(notebook.uri.path),
      name,
      folder: relative(root, answer.folder),
      ...(version !== undefined && { version }),
      ...(preview && { preview }),
      diagnostics,
      kept,
      dropped,
      assumptions,
      trims,
      edited,
      cells: notebook
        .getCells()
        .map(promotionId)
        .map(id => ({ id, label: nameCell(id) })),
      constants: keptConstants(edits),
      history: this.#promotes,
      canUndo: history.done.length > 1,
      canRedo: history.undone.length > 0,
      isEdited: isEdited(edits),
      isUnchanged: files.length > 0 && files.every(({ state }) => state === 'unchanged' || state === 'kept'),
    }
  }

  #change(change: (history: EditHistory) => EditHistory): Promise<void> | undefined {
    if (!this.#history || this.#run) return undefined
    this.#history = change(this.#history)
    return this.#read()
  }

  async #receive(message: FromPromotionPage): Promise<void> {
    const act: {
      readonly [Type in FromPromotionPage['type']]: (
        of: Extract<FromPromotionPage, { type: Type }>,
      ) => unknown
    } = {
      ready: () => this.#read(),
      edit: ({ edit }) => this.#change(history => doEdit(history, edit)),
      undo: () => this.#change(undo),
      redo: () => this.#change(redo),
      reset: () => this.#change(resetEdits),
      name: ({ name }) => this.#rename(name),
      cell: ({ cell, span }) => this.#showCell(cell, span),
      diff: ({ path }) => this.#documents.showDiff(path),
      diffAll: () =>
        this.#documents.showAllDiffs(`Promotion of ${basename(this.#options.notebook.uri.path)}`),
      merge: ({ path }) => this.#conflicted.showMerge(path),
      write: ({ verify }) => this.#write(verify),
      history: ({ history }) => this.#choose(history),
      back: () => this.#takeBack(),
      cancel: () => this.#run?.abort(),
      open: ({ what }) => this.#open(what),
    }
    try {
      await act[message.type](message as never)
    } catch (error) {
      void vscode.window.showErrorMessage(`Promotion: ${messageOf(error)}`)
    }
  }

  /** Another folder, which may have edits of its own; those made here go along. */
  #rename(name: string): Promise<void> | undefined {
    if (this.#run) return undefined
    this.#name = name
    return this.#read()
  }

  /** Promotes what ran, or the document, from now on. */
  #choose(history: 'log' | 'document'): Promise<void> | undefined {
    if (this.#run) return undefined
    this.#promotes = history
    return this.#read()
  }

  /** Edits of steps become edits of cells, unsaved and undone as any other. */
  async #takeBack(): Promise<void> {
    const { notebook, assistant } = this.#options
    const { folder } = this.#answer ?? {}
    if (folder === undefined) return
    const text = notebookText(notebook)
    const back = await assistant.ask('back', { file: notebook.uri.fsPath, text, folder })
    await applyCellEdits(notebook, back)
  }

  async #showCell(id: string, span?: { readonly start: number; readonly end: number }): Promise<void> {
    const { notebook } = this.#options
    await revealCell(notebook, id)
    const cell = notebook.getCells().find(each => promotionId(each) === id)
    if (!cell || !span) return
    const editor = vscode.window.visibleTextEditors.find(each => each.document === cell.document)
    const { document } = cell
    if (editor)
      editor.selection = new vscode.Selection(document.positionAt(span.start), document.positionAt(span.end))
  }

  /** Saves the notebook, writes and verifies; with conflicts it writes them, to be merged. */
  async #write(verify: VerifyOn): Promise<void> {
    const { notebook, root, services } = this.#options
    if (this.#run || !this.#history) return
    const files = this.#answer?.preview?.files ?? []
    this.#conflicted.update({ folder: this.#answer?.folder ?? '', files })
    const run = new AbortController()
    this.#run = run
    const scratch = await mkdtemp(join(tmpdir(), 'slipway-edits-'))
    const startedAt = performance.now()
    this.#send({ type: 'running', message: 'Saving the notebook' })
    try {
      if (notebook.isDirty) await notebook.save()
      const edits = join(scratch, 'edits.json')
      await writeFile(edits, JSON.stringify(present(this.#history)))
      const name = this.#name === undefined ? [] : ['--name', this.#name]
      const written = await runCli<Promotion>(
        [
          'promote',
          notebook.uri.fsPath,
          '--yes',
          '--edits',
          edits,
          '--from',
          this.#promotes,
          ...name,
          ...verifyArgs(verify),
        ],
        {
          root,
          signal: run.signal,
          accepts: [0, 1],
          onProgress: message => {
            services.output.info(message)
            if (this.#run === run) this.#send({ type: 'running', message })
          },
        },
      )
      this.#run = undefined
      this.#showResult(written, performance.now() - startedAt)
      await this.#read()
    } catch (error) {
      this.#run = undefined
      this.#showFailure(error)
    } finally {
      await rm(scratch, { recursive: true, force: true })
      services.changed.fire()
    }
  }

  #showResult(promotion: Promotion, elapsedMs: number): void {
    const { name, version, folder, outputs, written, conflicts = [], verification } = promotion
    this.#send({
      type: 'result',
      result: {
        name,
        version: version.replace('sha256:', '').slice(0, 12),
        folder: relative(this.#options.root, folder),
        outputs: outputs.map(shownVerdict),
        written,
        conflicts,
        hasReport: reportIn(folder) !== undefined,
        elapsedMs,
        ...verification,
      },
    })
    const [first] = conflicts
    if (first !== undefined) void this.#conflicted.showMerge(first)
  }

  #showFailure(error: unknown): void {
    if (error instanceof CliFailure && error.cancelled) return this.#send({ type: 'cancelled' })
    this.#options.services.output.error(`promotion: ${messageOf(error)}`)
    const details = error instanceof CliFailure ? error.details : undefined
    const { outputs = [], verification } = (details ?? {}) as Partial<Promotion>
    const { findings = [] } = verification ?? {}
    const [message = ''] = outputs.length > 0 ? messageOf(error).split('\n') : [messageOf(error)]
    this.#send({ type: 'problem', message, outputs: outputs.map(shownVerdict), findings, during: 'writing' })
  }

  async #open(what: (FromPromotionPage & { type: 'open' })['what']): Promise<void> {
    const { folder, name, preview } = this.#answer ?? {}
    if (folder === undefined || name === undefined) return
    if (what === 'submit') return void (await this.#options.submit(name))
    if (what === 'report') {
      const report = reportIn(folder)
      if (report !== undefined)
        await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.file(report))
      return
    }
    const file = join(folder, preview?.steps[0]?.file ?? 'pipeline.json')
    const uri = vscode.Uri.file(existsSync(file) ? file : join(folder, 'pipeline.json'))
    await vscode.window.showTextDocument(uri)
    await vscode.commands.executeCommand('revealInExplorer', uri)
  }
}

function verifyArgs(verify: VerifyOn): readonly string[] {
  if (verify === 'none') return ['--no-verify']
  return verify === 'all' ? [] : ['--sample', String(verify)]
}

function reportIn(folder: string): string | undefined {
  const file = join(folder, reportFile)
  return existsSync(file) ? file : undefined
}

/** Differences may be texts or say more of themselves. */
function shownVerdict({
  name,
  verdict,
  cause,
  differences = [],
}: Promotion['outputs'][number]): ShownVerdict {
  return {
    name,
    verdict,
    ...(cause !== undefined && { cause }),
    differences: differences.map(each => (typeof each === 'string' ? each : JSON.stringify(each))),
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
