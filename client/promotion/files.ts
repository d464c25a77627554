/**
 * The texts of a proposal in VS Code's own diff and merge editors. They are read-only documents of our own scheme,
 * which come from what the page shows; nothing is written for them.
 */
import { join } from 'node:path'
import * as vscode from 'vscode'
import type { FileDiff } from '../../promote/index.ts'

const scheme = 'slipway-proposal'
type Side = 'before' | 'after' | 'base' | 'generated'

export interface ProposedFiles {
  /** Of the pipeline, absolute. */
  readonly folder: string
  readonly files: readonly FileDiff[]
}

/** Owns the documents of one proposal. */
export class ProposalDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>()
  readonly onDidChange = this.#changed.event
  readonly #key: string
  readonly #registration: vscode.Disposable
  #shown: ProposedFiles = { folder: '', files: [] }

  /** @param key tells proposals apart: letters, digits and dashes */
  constructor(key: string) {
    this.#key = `${scheme}-${key}`
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(this.#key, this)
  }

  /** Another state of the proposal: diffs that are open follow it. */
  update(shown: ProposedFiles): void {
    this.#shown = shown
    for (const { uri } of vscode.workspace.textDocuments)
      if (uri.scheme === this.#key) this.#changed.fire(uri)
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const [side, path = ''] = split(uri)
    const file = this.#shown.files.find(each => each.path === path)
    if (!file) return ''
    const texts: Readonly<Record<Side, string | undefined>> = {
      before: file.before,
      after: file.after,
      base: file.merge?.base,
      generated: file.merge?.generated,
    }
    return texts[side] ?? ''
  }

  /** The difference of one file. */
  async showDiff(path: string): Promise<void> {
    const options = { preview: true, viewColumn: vscode.ViewColumn.Beside }
    const file = this.#shown.files.find(each => each.path === path)
    if (!file) return
    if (file.state === 'added') {
      const document = await vscode.workspace.openTextDocument(this.#uri('after', path))
      await vscode.window.showTextDocument(document, options)
      return
    }
    const title = `${path} (there ↔ proposed)`
    const [left, right] = [this.#uri('before', path), this.#uri('after', path)]
    await vscode.commands.executeCommand('vscode.diff', left, right, title, options)
  }

  /** All differences in one editor. */
  async showAllDiffs(title: string): Promise<void> {
    const changes = this.#shown.files
      .filter(({ state }) => state !== 'unchanged' && state !== 'kept')
      .map(({ path, before, after }) => [
        vscode.Uri.file(join(this.#shown.folder, path)),
        before === undefined ? undefined : this.#uri('before', path),
        after === undefined ? undefined : this.#uri('after', path),
      ])
    await vscode.commands.executeCommand('vscode.changes', title, changes)
  }

  /**
   * VS Code's merge editor over a file that was written with conflicts: the person's text on one side, the generated
   * one on the other. What it saves is the file itself.
   */
  async showMerge(path: string): Promise<void> {
    const output = vscode.Uri.file(join(this.#shown.folder, path))
    await vscode.commands.executeCommand('_open.mergeEditor', {
      base: this.#uri('base', path),
      input1: { uri: this.#uri('before', path), title: 'Yours', description: 'edited in the pipeline' },
      input2: { uri: this.#uri('generated', path), title: 'Notebook', description: 'promoted now' },
      output,
    })
  }

  dispose(): void {
    this.#registration.dispose()
    this.#changed.dispose()
  }

  #uri(side: Side, path: string): vscode.Uri {
    return vscode.Uri.from({ scheme: this.#key, path: `/${side}/${path}` })
  }
}

function split({ path }: vscode.Uri): [Side, string | undefined] {
  const [, side, ...rest] = path.split('/')
  return [side as Side, rest.join('/')]
}
