/** A tree that asks for news: while it is visible, after a command, and when told. */
import * as vscode from 'vscode'
import type { Services } from '../context.ts'

export interface TreeSource<Node> {
  /** Reads the roots of the tree. What throws is logged and leaves the tree as it was. */
  load(): Promise<readonly Node[]>
  children(node: Node): readonly Node[]
  item(node: Node): vscode.TreeItem
  /** Tells when nothing has changed, so that a view does not flicker. */
  fingerprint(nodes: readonly Node[]): string
}

/** Registers the view. Disposing of it stops the asking. */
export function createPollingTree<Node>(
  services: Services,
  view: string,
  source: TreeSource<Node>,
): vscode.Disposable & { reload(): void } {
  const changed = new vscode.EventEmitter<void>()
  let roots: readonly Node[] = []
  let shown = ''
  let loading: Promise<void> | undefined
  const load = async (): Promise<void> => {
    try {
      const next = await source.load()
      const print = source.fingerprint(next)
      if (print === shown) return
      shown = print
      roots = next
      changed.fire()
    } catch (error) {
      services.output.debug(`${view}: ${String(error)}`)
    }
  }
  let asked = false
  const reload = (): void => {
    asked = true
    loading ??= load().finally(() => (loading = undefined))
  }
  // Nothing is loaded before somebody looks.
  const rootsOnceLoaded = (): readonly Node[] => {
    if (!asked) reload()
    return roots
  }
  const tree = vscode.window.createTreeView<Node>(view, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: node => [...(node === undefined ? rootsOnceLoaded() : source.children(node))],
      getTreeItem: node => source.item(node),
    },
  })
  const seconds = vscode.workspace.getConfiguration('slipway').get('refreshSeconds', 5)
  const timer = setInterval(() => tree.visible && reload(), Math.max(1, seconds) * 1000)
  const stop = { dispose: () => clearInterval(timer) }
  const owned = vscode.Disposable.from(
    stop,
    tree,
    changed,
    tree.onDidChangeVisibility(event => event.visible && reload()),
    services.changed.event(() => asked && reload()),
  )
  return { dispose: () => owned.dispose(), reload }
}
