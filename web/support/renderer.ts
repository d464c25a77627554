/** What VS Code expects of a notebook renderer (vscode-notebook-renderer), as far as ours use it. */
export interface OutputItem {
  readonly id: string
  readonly mime: string
  json(): unknown
}

export interface Renderer {
  renderOutputItem(item: OutputItem, element: HTMLElement): void | Promise<void>
  disposeOutputItem?(id?: string): void
}
