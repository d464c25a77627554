/** A choice that a command asks for. */
import * as vscode from 'vscode'

/**
 * Lets a person choose one of a list. Undefined when they pressed Escape.
 *
 * The list stays when another part of the window takes the focus: a page that has just been loaded takes it back a
 * moment after the command palette closed, and would take the list away before anybody could choose.
 */
export function choose<Item extends vscode.QuickPickItem | string>(
  items: readonly Item[],
  options: vscode.QuickPickOptions,
): Thenable<Item | undefined> {
  // The declared overloads are for texts and for items; the function takes either.
  const show = vscode.window.showQuickPick as (
    items: readonly Item[],
    options: vscode.QuickPickOptions,
  ) => Thenable<Item | undefined>
  return show(items, { ...options, ignoreFocusOut: true })
}
