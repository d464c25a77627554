/** What VS Code expects of a notebook renderer (vscode-notebook-renderer), as far as ours use it. */
export interface OutputItem {
  readonly id: string
  readonly mime: string
  /** Of the output, as the kernel sent it; VS Code's own below `metadata`. */
  readonly metadata?: unknown
  json(): unknown
  text(): string
}

export interface Renderer {
  renderOutputItem(item: OutputItem, element: HTMLElement): void | Promise<void>
  disposeOutputItem?(id?: string): void
}
